// Small things that every page of Curate shares: colors, copying, printing, a script's folds, comments at their lines. Everything also works without it.
// Loaded before the page is drawn, so that its colors are right from the start; the choice of colors is the only thing it keeps in the browser.
(function () {
  "use strict";
  const root = document.documentElement;
  const find = function (selector, within) { return (within || document).querySelector(selector); };
  const all = function (selector, within) { return Array.from((within || document).querySelectorAll(selector)); };

  // --- colors
  const CHOICE = "coach-colors";
  function chosen() { try { return sessionStorage.getItem(CHOICE); } catch (_) { return null; } }
  function paint(dark) {
    root.classList.toggle("dark", dark);
    if (document.body) document.body.classList.toggle("dark", dark);
    const button = find("[data-theme]");
    if (button) button.setAttribute("aria-pressed", String(dark));
  }
  const prefers = window.matchMedia("(prefers-color-scheme: dark)");
  function isDark() { return chosen() ? chosen() === "dark" : prefers.matches; }
  root.classList.add("js");
  paint(isDark());
  prefers.addEventListener("change", function () { paint(isDark()); });

  // --- telling: #teller is heard
  function tell(text) {
    const teller = find("#teller");
    if (!teller) return;
    teller.textContent = "";
    setTimeout(function () { teller.textContent = text; }, 50); // the same words twice are said twice
  }

  // --- copy
  function copyText(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    return Promise.reject(new Error("refused"));
  }
  function copied(button) {
    copyText(button.dataset.copy).then(function () {
      tell("Copied");
      if (button.classList.contains("done")) return;
      const before = Array.from(button.childNodes);
      button.style.minWidth = button.offsetWidth + "px"; // its neighbors stay where they are
      button.replaceChildren(button.classList.contains("small") ? "Copied" : "✓");
      button.classList.add("done");
      setTimeout(function () { button.replaceChildren.apply(button, before); button.classList.remove("done"); button.style.minWidth = ""; }, 1400);
    }, function () { tell("The browser did not allow copying. Select the words and copy them by hand."); });
  }

  // --- print: the script with all its folds open, on white; then as it was
  let opened = [];
  window.addEventListener("beforeprint", function () {
    opened = all(".card, .card details:not(.line__text)").filter(function (fold) { return !fold.open; });
    opened.forEach(function (fold) { fold.open = true; });
    paint(false);
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (fold) { fold.open = false; });
    opened = [];
    paint(isDark());
  });

  // --- the lines that a form adds are marked
  function markNew(place) {
    if (!place || !place.dataset.new) return;
    const fresh = new Set(JSON.parse(place.dataset.new));
    all(".card__body .line__text", place).forEach(function (line) {
      const clone = (find("summary", line) || line).cloneNode(true);
      all(".line__note", clone).forEach(function (note) { note.remove(); });
      const added = fresh.has(clone.textContent.trim());
      const row = line.closest(".line");
      row.classList.toggle("line--new", added);
      if (added && row.classList.contains("line--more")) row.classList.remove("line--more"); // what was asked for is not folded away
    });
  }

  // --- another form of the script, without leaving the page
  function show(form) {
    const url = form.getAttribute("action") + "?" + new URLSearchParams(new FormData(form)).toString();
    fetch(url).then(function (answer) { return answer.text(); }).then(function (text) {
      const fresh = find("#seen", new DOMParser().parseFromString(text, "text/html"));
      if (!fresh) return;
      find("#seen").replaceWith(document.adoptNode(fresh));
      markNew(find("#seen"));
      tell("Shown: " + form.elements.as.selectedOptions[0].textContent);
    }).catch(function () { form.submit(); });
  }

  // --- comments: the form stands under its line; arrows go from number to number
  function comment(row) {
    const template = find("[data-comment-form]");
    const line = find("#line-" + row);
    if (!template || !line) return;
    all(".remark--new").forEach(function (form) { form.remove(); });
    const form = find("form", template.content).cloneNode(true);
    form.elements.row.value = row;
    find("[data-row]", form).textContent = row;
    line.append(form);
    form.elements.text.focus();
  }

  function rove(rows, to) {
    rows.forEach(function (row) { row.tabIndex = row === to ? 0 : -1; });
  }

  document.addEventListener("click", function (event) {
    const number = event.target.closest("[data-comment]");
    if (number && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      comment(number.dataset.comment);
      return;
    }
    if (event.target.closest("[data-cancel]")) {
      event.preventDefault();
      const line = event.target.closest("li");
      event.target.closest("form").remove();
      find("[data-comment]", line).focus();
      return;
    }
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.copy !== undefined) {
      event.preventDefault();
      copied(button);
    } else if (button.dataset.print !== undefined) {
      window.print();
    } else if (button.dataset.more !== undefined) {
      const on = button.getAttribute("aria-expanded") !== "true";
      button.closest(".card__body").classList.toggle("card__body--all", on);
      button.setAttribute("aria-expanded", String(on));
      button.dataset.label = button.dataset.label || button.textContent;
      button.textContent = on ? "Show fewer lines" : button.dataset.label;
    } else if (button.dataset.theme !== undefined) {
      const dark = !root.classList.contains("dark");
      try { sessionStorage.setItem(CHOICE, dark ? "dark" : "light"); } catch (_) { /* then until the next page */ }
      paint(dark);
    }
  });

  document.addEventListener("change", function (event) {
    const form = event.target.closest("form[data-as]");
    if (form) show(form);
  });

  document.addEventListener("submit", function (event) { // twice on a button is once; what drops something asks once more
    const form = event.target;
    if (form.dataset.sure && !window.confirm(form.dataset.sure)) { event.preventDefault(); return; }
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    setTimeout(function () { if (!event.defaultPrevented) form.dataset.sent = "1"; }, 0);
  });
  window.addEventListener("pageshow", function () { all("form[data-sent]").forEach(function (form) { delete form.dataset.sent; }); });

  document.addEventListener("keydown", function (event) {
    const number = event.target.closest("[data-comment]");
    if (event.key === "Escape") { // what was opened closes, and the hand is back where it was
      const open = event.target.closest("details.step[open], details.palette[open]");
      if (open) { open.open = false; find("summary", open).focus(); }
    }
    if (!number || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    const rows = all("[data-comment]");
    const at = rows.indexOf(number);
    const to = rows[event.key === "Home" ? 0 : event.key === "End" ? rows.length - 1 : Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), rows.length - 1)];
    rove(rows, to);
    to.focus();
  });

  document.addEventListener("DOMContentLoaded", function () {
    paint(isDark());
    const rows = all("[data-comment]");
    if (rows.length) rove(rows, rows[0]);
    markNew(find("#seen"));
    const problem = all("[data-problem]").find(function (place) { return !place.hidden; });
    if (problem) problem.focus();
    const asked = find(".remark--new textarea");
    if (asked) asked.focus();
  });

  window.Curate = { find: find, all: all, tell: tell, markNew: markNew };
})();
