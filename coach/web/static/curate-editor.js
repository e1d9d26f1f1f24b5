// The editor while one types: what is wrong and how it will be seen, drafts kept, saving. The text goes to this coach and nowhere else, and nothing of it stays in the browser.
(function () {
  "use strict";
  const find = window.Curate.find;
  const all = window.Curate.all;
  const tell = window.Curate.tell;
  const form = find("#editor");
  const REST = 300; // milliseconds without a key before the text is checked
  const KEEP = 2000; // before it is kept
  const AGAIN = 4000; // after a failure
  const LARGEST_LAST = 60000; // bytes a closing page may send

  function fields() { return new URLSearchParams(new FormData(form)); }
  function post(address, extra) {
    const sent = fields();
    Object.keys(extra || {}).forEach(function (name) { sent.set(name, extra[name]); });
    return fetch(address, { method: "POST", body: sent, signal: extra && extra.signal });
  }
  function detail(answer) {
    return answer.json().then(function (body) { return body.detail || "The coach could not do this. Try again."; }, function () { return "The coach could not do this. Try again."; });
  }
  const AWAY = "The coach does not answer. What you typed is on the page; start the coach again and it goes on.";

  // --- the problem that keeps something from being done
  const trouble = find(".note--problem");
  function say(text) {
    trouble.textContent = text;
    trouble.hidden = !text;
    if (text) { trouble.scrollIntoView({ block: "center" }); trouble.focus({ preventScroll: true }); }
  }

  // --- the check: one at a time, the last text wins
  let checking = false;
  let stale = false;
  let resting = 0;
  let last = { must: 0, could: 0 };
  function busy(yes) { find('[data-part="problems"]').setAttribute("aria-busy", String(yes)); } // until what it says is about the text as it stands
  function rest() {
    clearTimeout(resting);
    busy(true);
    resting = setTimeout(function () { resting = 0; check(); }, REST);
  }
  function check() {
    if (checking) { stale = true; return Promise.resolve(); }
    checking = true;
    stale = false;
    busy(true);
    return post("/curate/api/check").then(function (answer) {
      if (!answer.ok) return detail(answer).then(function (text) { replace("problems", "", text); });
      return answer.json().then(show);
    }).catch(function () { replace("problems", "", AWAY); }).then(function () {
      checking = false;
      if (stale) return check();
      busy(Boolean(resting));
      return null;
    });
  }
  function replace(name, html, text) {
    const place = find('[data-part="' + name + '"]');
    if (text !== undefined) { place.textContent = text; place.dataset.html = ""; return; }
    if (place.dataset.html === html) return; // what has not changed stays under the reader's eyes
    place.dataset.html = html;
    if (name === "forms") { // what was chosen meanwhile stays chosen
      const chosen = place.value;
      place.innerHTML = html;
      if (all("option", place).some(function (option) { return option.value === chosen; })) place.value = chosen;
      return;
    }
    const folds = all("details", place).map(function (fold) { return fold.open; });
    const whole = Boolean(find(".card__body--all", place));
    const held = place.contains(document.activeElement) ? all("button, summary, a", place).indexOf(document.activeElement) : -1;
    place.innerHTML = html;
    if (name === "card") {
      all("details", place).forEach(function (fold, n) { if (n in folds) fold.open = folds[n]; });
      const more = find("[data-more]", place);
      if (whole && more) more.click();
    }
    if (held >= 0) { const again = all("button, summary, a", place)[held]; if (again) again.focus({ preventScroll: true }); }
  }
  function show(found) {
    Object.keys(found.html).forEach(function (name) { replace(name, found.html[name]); });
    const card = find('[data-part="card"]');
    card.dataset.new = JSON.stringify(found.new);
    window.Curate.markNew(card);
    window.CurateText.mark(found.marked);
    last = found;
    const float = find("[data-float]");
    float.textContent = found.must ? found.must + " missing" : "Can be saved";
    all("[data-field]", form).forEach(function (place) { place.removeAttribute("aria-invalid"); });
    all(".found__at", find('[data-part="problems"]')).forEach(function (row) {
      const place = find('[data-field="' + row.dataset.at + '"]:is(input, textarea, select)');
      if (place && row.closest(".found") === find('[data-part="problems"] .found__head--must + .found')) place.setAttribute("aria-invalid", "true");
    });
  }
  document.addEventListener("click", function (event) { // from a problem to its place
    const at = event.target.closest(".found__at");
    if (!at) return;
    if (at.dataset.at === "body" || at.dataset.at === "file") { window.CurateText.goTo(Number(at.dataset.row) || 1); return; }
    const place = find('[data-field="' + at.dataset.at + '"]');
    if (!place) return;
    const group = place.closest("details");
    if (group) group.open = true;
    const to = place.matches("details") ? find("[data-filter], select, input", place) : place;
    to.scrollIntoView({ block: "center" });
    to.focus({ preventScroll: true });
  });

  // --- drafts: kept after a rest, when the page loses the eye, and when it closes
  const kept = find("[data-kept]");
  let typed = text(); // what was last known to be kept
  let keeping = null;
  let waiting = 0;
  let number = 0;
  let leaving = false;
  function text() { // what makes a draft: not who writes, nor which form is looked at
    const now = new FormData(form);
    ["window", "number", "key", "heard", "name", "title", "note"].forEach(function (name) { now.delete(name); });
    return new URLSearchParams(now).toString();
  }
  function clock(at) { return at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }); }
  function keptIs(said, bad) {
    kept.textContent = said;
    kept.classList.toggle("bad", bad);
    find("[data-kept-too]").textContent = bad ? "Not kept" : said;
    find("[data-kept-too]").classList.toggle("bad", bad);
  }
  function keepSoon(delay) {
    clearTimeout(waiting);
    waiting = setTimeout(keep, delay === undefined ? KEEP : delay);
  }
  function keep() {
    clearTimeout(waiting);
    if (keeping) return keeping.then(keep);
    const now = text();
    if (now === typed || leaving) return Promise.resolve(true);
    form.elements.number.value = ++number;
    keeping = post("/curate/api/draft").then(function (answer) {
      if (!answer.ok) return detail(answer).then(function (said) { throw new Error(said); });
      return answer.json();
    }).then(function (draft) {
      typed = now;
      if (draft.at) keptIs("Draft kept " + clock(new Date(draft.at)) + (draft.apart ? ", apart from your other window" : ""), false);
      if (draft.apart) tell("This draft is open in another window too. What you write here is kept as a draft of its own.");
      form.elements.key.value = draft.key;
      const question = form.elements.question.value;
      history.replaceState(null, "", "/curate/draft/" + draft.key + (form.dataset.view === "file" ? "?as=file" : question ? "?question=" + question : ""));
      return true;
    }).catch(function (error) {
      const said = error instanceof TypeError ? AWAY : error.message;
      if (kept.textContent !== said) tell(said);
      keptIs(said, true);
      keepSoon(AGAIN);
      return false;
    }).then(function (done) { keeping = null; return done; });
    return keeping;
  }
  function keepLast() { // the page may be gone before an answer comes
    const now = text();
    if (leaving || now === typed) return;
    form.elements.number.value = ++number;
    const sent = fields();
    if (sent.toString().length < LARGEST_LAST && navigator.sendBeacon("/curate/api/draft", sent)) { typed = now; return; }
    fetch("/curate/api/draft", { method: "POST", body: sent }).catch(function () {});
  }
  window.addEventListener("beforeunload", keepLast);
  window.addEventListener("pagehide", keepLast);
  document.addEventListener("visibilitychange", function () { if (document.hidden) keepLast(); });
  window.addEventListener("blur", function () { keep(); });

  form.addEventListener("input", function (event) {
    if (["name", "title", "note"].includes(event.target.name) || !event.target.name) return;
    rest();
    keepSoon();
    restless();
  });
  form.addEventListener("change", function (event) {
    if (!event.target.name) return;
    if (event.target.name === "heard") { check(); return; }
    rest();
    keepSoon();
  });

  // --- which questions find it: asked for, then again after a rest of three seconds, at most every ten
  const finders = find("[data-finders]");
  const stop = find("[data-finders-stop]");
  const state = find("[data-finders-state]");
  let asking = null;
  let askedOnce = false;
  let lastAsked = 0;
  let restingLong = 0;
  function restless() {
    if (!askedOnce) return;
    clearTimeout(restingLong);
    restingLong = setTimeout(function () { ask(false); }, Math.max(3000, lastAsked + 10000 - Date.now()));
  }
  function ask(byHand) {
    if (asking) return;
    askedOnce = true;
    lastAsked = Date.now();
    asking = new AbortController();
    stop.hidden = false;
    finders.disabled = true;
    if (byHand) state.textContent = "Asking the questions …";
    const sent = fields();
    fetch("/curate/api/finders", { method: "POST", body: sent, signal: asking.signal }).then(function (answer) {
      if (!answer.ok) return detail(answer).then(function (said) { state.textContent = said; });
      return read(answer.body.getReader());
    }).catch(function (error) {
      state.textContent = error.name === "AbortError" ? "Stopped." : AWAY;
    }).then(function () {
      asking = null;
      stop.hidden = true;
      finders.disabled = false;
    });
  }
  function read(reader) {
    const decoder = new TextDecoder();
    let rest = "";
    function next() {
      return reader.read().then(function (part) {
        rest += part.value ? decoder.decode(part.value, { stream: true }) : "";
        const lines = rest.split("\n");
        rest = lines.pop();
        lines.filter(Boolean).forEach(function (line) { heard(JSON.parse(line)); });
        return part.done ? null : next();
      });
    }
    return next();
  }
  function heard(news) {
    if (news.of) state.textContent = "Reading the questions for the first time: " + news.done + " of " + news.of + ". What is read is kept when you stop.";
    else if (news.detail) state.textContent = news.detail;
    else { state.textContent = ""; replace("questions", news.html); }
  }
  finders.addEventListener("click", function () { ask(true); });
  stop.addEventListener("click", function () {
    if (asking) asking.abort();
    askedOnce = false;
    clearTimeout(restingLong);
    finders.focus();
  });

  // --- saving
  let saving = false;
  function save(what) {
    if (saving) return;
    const name = form.elements.name;
    if (name && !name.value.trim()) {
      say("");
      name.setAttribute("aria-invalid", "true");
      name.focus();
      keptIs("Say who you are: it stands in the change log.", false);
      tell(kept.textContent);
      return;
    }
    saving = true;
    all(".save button").forEach(function (button) { button.disabled = true; });
    (keeping || Promise.resolve()).then(function () { return post("/curate/api/save", { do: what }); }).then(function (answer) {
      return answer.json().then(function (body) {
        if (body.address) { leaving = true; window.location.assign(body.address); return null; }
        return refused(answer.status, body.detail || "It could not be saved. Try again.");
      });
    }).catch(function () { return refused(0, AWAY); }).then(function () {
      if (leaving) return;
      saving = false;
      all(".save button").forEach(function (button) { button.disabled = false; });
    });
  }
  function refused(status, said) {
    if (status !== 422) { say(said); keepSoon(0); return null; }
    return check().then(function () {
      if (!last.must) { say(said); return; }
      say((last.must === 1 ? "One thing is" : last.must + " things are") + " missing before this can be saved. Your text is kept as a draft.");
      const first = find('[data-part="problems"] .found__at');
      if (first) { find("#problems-title").scrollIntoView({ block: "start" }); first.focus({ preventScroll: true }); }
    });
  }
  function look(view) {
    keep().then(function (done) {
      if (!done) return;
      leaving = true;
      const question = form.elements.question.value;
      if (!window.location.pathname.startsWith("/curate/draft/")) { form.requestSubmit(find("[data-view-switch]")); return; } // nothing was changed yet, so no draft is there
      window.location.assign("/curate/draft/" + form.elements.key.value + (view === "file" ? "?as=file" : question ? "?question=" + question : ""));
    });
  }
  form.addEventListener("submit", function (event) {
    if (leaving) return;
    event.preventDefault();
    const what = event.submitter ? event.submitter.value : "save";
    if (what === "file" || what === "form") look(what);
    else if (what === "save" || what === "submit") save(what);
  });
  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      if (!event.repeat) save("save");
    }
    if (event.key === "Enter" && event.target.matches("#editor input:not([type=checkbox])")) event.preventDefault(); // Enter in a field does not save half a script
  });
  all("input[name=name]").forEach(function (input) { input.addEventListener("input", function () { input.removeAttribute("aria-invalid"); }); });

  all("[data-part]").forEach(function (place) { place.dataset.html = place.innerHTML; });
  window.Curate.markNew(find('[data-part="card"]'));
  check();
  if (!form.elements.item.value && trouble.hidden) {
    const first = all(".write :is(input[data-field], textarea[data-field])").find(function (place) { return !place.value.trim(); });
    if (first) first.focus();
  }
})();
