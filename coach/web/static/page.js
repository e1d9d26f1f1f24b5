// Keys, copying, printing, theme; where the eye and the screen reader are when an answer comes. Nothing is stored in the browser.
(function () {
  "use strict";
  const find = function (selector) { return document.querySelector(selector); };
  const box = function () { return find("#situation textarea"); };

  // --- telling: #teller is heard, #banner is seen and heard
  function tell(text) {
    const teller = find("#teller");
    if (!teller) return;
    teller.textContent = "";
    setTimeout(function () { teller.textContent = text; }, 50); // the same words twice are said twice
  }

  function banner(text) {
    const place = find("#banner");
    if (!place || place.textContent === text) return;
    place.textContent = text;
    place.hidden = !text;
  }

  // --- copy
  function flash(button, mark) {
    tell("Copied");
    if (button.classList.contains("done")) return;
    const before = Array.from(button.childNodes);
    button.style.minWidth = button.offsetWidth + "px"; // its neighbours stay where they are
    button.replaceChildren(mark);
    button.classList.add("done");
    setTimeout(function () { button.replaceChildren.apply(button, before); button.classList.remove("done"); button.style.minWidth = ""; }, 1400);
  }

  function copyOldWay(text) { // older browsers, a clipboard that is not allowed, plain http on another name than localhost
    const area = document.createElement("textarea");
    const had = document.activeElement;
    area.value = text;
    area.className = "visually-hidden";
    document.body.appendChild(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (had) had.focus({ preventScroll: true });
    return done ? Promise.resolve() : Promise.reject(new Error("refused"));
  }

  function copyText(text) {
    if (!(navigator.clipboard && window.isSecureContext)) return copyOldWay(text);
    return navigator.clipboard.writeText(text).catch(function () { return copyOldWay(text); });
  }

  function copied(button) {
    copyText(button.dataset.copy).then(
      function () { banner(""); flash(button, button.classList.contains("small") ? "Copied" : "✓"); },
      function () { banner("The browser did not allow copying. Select the words and copy them by hand."); }
    );
  }

  // --- print: one script on the page; the folds that were closed close again
  let opened = [];
  let wasDark = false;
  function mark(card) {
    opened = Array.from(card.querySelectorAll("details:not([open]):not(.line__text)"));
    if (!card.open) opened.push(card);
    opened.forEach(function (fold) { fold.open = true; });
    card.setAttribute("data-printing", "");
  }
  window.addEventListener("beforeprint", function () { // Ctrl+P: the script that is open
    const card = find(".card[data-printing]") ? null : find("#live .card[open]");
    if (card) mark(card);
    wasDark = wasDark || document.body.classList.contains("dark");
    document.body.classList.remove("dark"); // paper is white
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll(".card[data-printing]").forEach(function (card) { card.removeAttribute("data-printing"); });
    opened.forEach(function (fold) { fold.open = false; });
    opened = [];
    if (wasDark) document.body.classList.add("dark");
    wasDark = false;
  });

  // --- an answer has come. Gradio patches the page in place, so what is there is known by its marks, not by its elements.
  let shown = ""; // turn and state of the article that was last seen: "2 answer"
  let problemShown = "";
  let said = "";
  const states = {}; // what the reader had opened, by the number of the turn

  function folds(article) {
    return Array.from(article.querySelectorAll("details.card, details.fold, details.alert, details.nearest"));
  }

  function words(line) {
    return (line.querySelector("summary") || line).textContent.trim();
  }

  function remember() {
    const article = find("#live .turn");
    if (!article || article.dataset.state === "thinking") return;
    states[article.dataset.turn] = {
      folds: folds(article).map(function (fold) { return fold.open; }),
      all: Array.from(article.querySelectorAll(".card__body"), function (body) { return body.classList.contains("card__body--all"); }),
      lines: new Set(Array.from(article.querySelectorAll(".card__body .line__text"), words)),
    };
  }

  function restore(article, state) {
    folds(article).forEach(function (fold, n) { if (n in state.folds) fold.open = state.folds[n]; });
    article.querySelectorAll(".card__body").forEach(function (body, n) { setAll(body.querySelector("[data-more]"), Boolean(state.all[n])); });
  }

  function begin(article) {
    article.scrollIntoView({ block: "start" });
  }

  function look() {
    const article = find("#live .turn");
    const now = article ? article.dataset.turn + " " + article.dataset.state : "";
    const problem = find("#live .note--problem");
    if (now !== shown) arrived(article, now);
    const trouble = problem ? problem.textContent : "";
    if (trouble && trouble !== problemShown) {
      requestAnimationFrame(function () { problem.scrollIntoView({ block: "center" }); box().focus({ preventScroll: true }); });
    }
    problemShown = trouble;
    const news = [find("#offer"), find("#status")].map(function (place) { return place && place.offsetParent ? place.innerText.trim() : ""; }).join(" ").trim();
    if (news && news !== said) tell(news);
    said = news;
    next();
  }

  function arrived(article, now) {
    const before = shown;
    shown = now;
    if (!article) return;
    const turn = article.dataset.turn;
    const state = states[turn];
    if (article.dataset.state === "thinking") {
      delete states[turn];
      begin(article);
      tell("Looking for the words");
    } else if (article.dataset.state === "better" && state) {
      restore(article, state); // the reader stays where they are, and sees which lines are other ones
      article.querySelectorAll(".card__body .line__text").forEach(function (line) { if (!state.lines.has(words(line))) line.closest(".line").classList.add("line--new"); });
    } else if (before.endsWith("thinking") && state) {
      restore(article, state); // stopped or failed: the answer before is back
    } else {
      if (box().value === sentText) empty(); // answered; what was typed meanwhile stays
      begin(article);
      article.focus({ preventScroll: true }); // its name says what has come
      requestAnimationFrame(function () { begin(article); }); // once what stands above it has its height
    }
    setTimeout(remember, 0);
  }

  function empty() {
    box().value = "";
    box().dispatchEvent(new Event("input", { bubbles: true })); // so that Gradio knows of it
  }

  // --- the way down to the box, while it is out of sight
  function next() {
    const way = find("[data-next]");
    if (!way || !box()) return;
    const place = box().getBoundingClientRect();
    way.hidden = !find("#live .turn:not([data-state=thinking])") || (place.top < window.innerHeight - 40 && place.bottom > 0);
  }

  function setAll(button, all) {
    if (!button) return;
    button.closest(".card__body").classList.toggle("card__body--all", all);
    button.setAttribute("aria-expanded", String(all));
    button.dataset.label = button.dataset.label || button.textContent;
    button.textContent = all ? "Show fewer lines" : button.dataset.label;
  }

  // --- the server
  let away = false;
  function listen() {
    if (document.hidden) return Promise.resolve();
    return fetch("/healthz", { cache: "no-store" }).then(function (answer) {
      if (!answer.ok) throw new Error("away");
      if (away) banner("The coach is running again. It has forgotten the conversation above, so describe the situation anew.");
      away = false;
    }).catch(function () {
      away = true;
      banner("The coach has stopped on this computer. What you see and what is in the box stay here: start it again, then send.");
    });
  }

  function theme() {
    const button = find("[data-theme]");
    if (button) button.setAttribute("aria-pressed", String(document.body.classList.contains("dark")));
  }

  // --- hands
  let sent = 0;
  let sentText = "";
  document.addEventListener("click", function (event) { // twice on the button is once
    if (!event.target.closest("#ask")) return;
    const text = box().value;
    if (Date.now() - sent < 800 && (!text.trim() || text === sentText)) { event.stopImmediatePropagation(); event.preventDefault(); return; }
    sent = Date.now();
    sentText = text;
    if (away) { event.stopImmediatePropagation(); event.preventDefault(); listen(); return; }
    banner("");
    listen();
  }, true);

  document.addEventListener("click", function (event) {
    if (event.target.closest("#live summary")) setTimeout(remember, 0);
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.copy !== undefined) {
      event.preventDefault();
      copied(button);
    } else if (button.dataset.print !== undefined) {
      mark(button.closest(".card"));
      window.print();
    } else if (button.dataset.more !== undefined) {
      setAll(button, button.getAttribute("aria-expanded") !== "true");
      remember();
    } else if (button.dataset.next !== undefined) {
      box().scrollIntoView({ block: "center" });
      box().focus({ preventScroll: true });
    } else if (button.dataset.theme !== undefined) {
      document.body.classList.toggle("dark");
      theme();
    }
  });

  document.addEventListener("submit", function (event) { // nothing fits: one line for an educator
    const form = event.target;
    if (!form.matches("[data-ask-educator]")) return;
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    fetch("/curate/api/v1/ask", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ reason: form.elements.reason.value }) }).then(function (answer) {
      return answer.json().then(function (kept) {
        if (!answer.ok) throw new Error(typeof kept.detail === "string" ? kept.detail : "This cannot be sent. Say it in one line.");
        const done = document.createElement("p");
        done.className = "note";
        done.textContent = "Sent. An educator reads: “" + kept.reason + "”";
        form.closest(".asker").replaceWith(done);
        tell(done.textContent);
      });
    }).catch(function (error) {
      button.disabled = false;
      form.querySelector(".asker__problem").textContent = error instanceof TypeError ? "The coach does not answer. Your line is still here." : error.message;
    });
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest("#situation")) {
      event.preventDefault();
      if (event.repeat) return;
      event.target.dispatchEvent(new Event("input", { bubbles: true }));
      find("#ask").click();
    }
  });

  new MutationObserver(function () { look(); theme(); }).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["data-turn", "data-state"] });
  window.addEventListener("scroll", next, { passive: true });
  window.addEventListener("resize", next, { passive: true });
  document.addEventListener("visibilitychange", listen);
  setInterval(listen, 15000);
})();
