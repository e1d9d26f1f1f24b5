// The pages of Curate around the editor: search while typing, keys, ticks that survive a search, and asking once more. Everything also works without it.
(function () {
  "use strict";
  const find = function (selector, within) { return (within || document).querySelector(selector); };
  const all = function (selector, within) { return Array.from((within || document).querySelectorAll(selector)); };

  function tell(text) {
    const teller = find("#teller");
    if (!teller) return;
    teller.textContent = "";
    setTimeout(function () { teller.textContent = text; }, 50); // the same words twice are said twice
  }

  // --- the table: another view of it in the place of this one
  const chosen = new Set(); // ids ticked, on pages of the table that are not shown too; gone when the page is left
  let asked = 0;

  function load(url, place, then) {
    const turn = ++asked;
    fetch(url, { headers: { Accept: "text/html" } }).then(function (answer) {
      if (!answer.ok) throw new Error("away");
      return answer.text();
    }).then(function (text) {
      if (turn !== asked) return; // something else was asked meanwhile
      const fresh = new DOMParser().parseFromString(text, "text/html");
      const now = find(place);
      const next = find(place, fresh);
      if (!now || !next) { window.location.assign(url); return; }
      now.replaceWith(document.adoptNode(next));
      ticked();
      then();
    }).catch(function () { if (turn === asked) window.location.assign(url); }); // the browser says what is wrong
  }

  function search(form) {
    const query = new URLSearchParams();
    new FormData(form).forEach(function (value, name) { if (value && !(name === "sort" && value === "title")) query.append(name, value); });
    const url = "/curate" + (query.toString() ? "?" + query : "");
    if (url === window.location.pathname + window.location.search) return;
    load(url, "#found", function () {
      history.replaceState(null, "", url);
      const count = find("[data-count]");
      tell(count ? count.textContent : "Nothing matches.");
    });
  }

  function go(url, push) {
    load(url, "#main", function () {
      if (push) history.pushState(null, "", url);
      window.scrollTo(0, 0);
      const count = find("[data-count]");
      if (count) count.focus({ preventScroll: true });
      tell(count ? count.textContent : "");
    });
  }

  let waiting = 0;
  function later(form, delay) {
    clearTimeout(waiting);
    waiting = setTimeout(function () { search(form); }, delay);
  }

  // --- ticks
  function ticked() {
    all("[data-choose] [name=id]").forEach(function (box) { box.checked = chosen.has(box.value); });
    const said = find("[data-chosen]");
    if (said) said.textContent = chosen.size ? chosen.size + " ticked" : "what is ticked";
  }

  document.addEventListener("change", function (event) {
    const box = event.target;
    if (box.matches("[data-choose] [name=id]")) {
      if (box.checked) chosen.add(box.value); else chosen.delete(box.value);
      ticked();
    } else if (box.form && box.form.matches("[data-live]") && box.type !== "search") {
      later(box.form, 0);
    }
  });

  document.addEventListener("input", function (event) {
    if (event.target.form && event.target.form.matches("[data-live]") && event.target.type === "search") later(event.target.form, 180);
  });

  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.matches("[data-live]")) {
      event.preventDefault();
      later(form, 0);
    } else if (form.matches("[data-choose]")) {
      all("[data-added]", form).forEach(function (added) { added.remove(); });
      if (find("[name=all]", form).checked) return;
      if (!chosen.size) {
        event.preventDefault();
        tell("Nothing is ticked. Tick scripts in the table, or “all that match”.");
        find("[data-chosen]").textContent = ": tick some first, or all";
        return;
      }
      const shown = new Set(all("[name=id]", form).map(function (box) { return box.value; }));
      chosen.forEach(function (id) {
        if (shown.has(id)) return;
        const added = document.createElement("input");
        added.type = "hidden";
        added.name = "id";
        added.value = id;
        added.setAttribute("data-added", "");
        form.append(added);
      });
    }
  });

  document.addEventListener("click", function (event) {
    const link = event.target.closest("a[data-go]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go(link.getAttribute("href"), true);
  });

  window.addEventListener("popstate", function () { if (find("[data-found]")) go(window.location.href, false); });

  // --- import: too much is said before it is sent; the first of a table again after each choice; how many are ticked
  document.addEventListener("change", function (event) {
    const box = event.target;
    const form = box.form;
    if (!form) return;
    if (box.dataset.most) {
      const size = Array.from(box.files).reduce(function (sum, file) { return sum + file.size; }, 0);
      box.setCustomValidity(size > Number(box.dataset.most) ? "Together these are more than 20 MB. Import them in parts." : "");
      box.reportValidity();
    } else if (form.matches("[data-preview]")) {
      const data = new FormData(form);
      data.set("do", "preview");
      post(form.action, data, function (fresh) {
        all("[data-previewed]", form).forEach(function (place) {
          const next = find('[data-previewed="' + place.dataset.previewed + '"]', fresh);
          if (next) place.replaceWith(document.adoptNode(next));
        });
      });
    } else if (form.matches("[data-count-ticks]")) {
      count(form);
    }
  });

  function post(url, data, then) {
    const turn = ++asked;
    fetch(url, { method: "POST", body: new URLSearchParams(data) }).then(function (answer) {
      if (!answer.ok) throw new Error("away");
      return answer.text();
    }).then(function (text) {
      if (turn === asked) then(new DOMParser().parseFromString(text, "text/html"));
    }).catch(function () { tell("The coach does not answer. What you typed is still here."); });
  }

  function count(form) {
    const button = find("[data-counts]", form);
    const ticks = all("[name=item]:checked", form).length;
    if (!button) return;
    button.textContent = ticks ? "Import " + ticks + (ticks === 1 ? " item" : " items") : "Nothing is ticked";
    button.disabled = !ticks;
  }
  all("[data-count-ticks]").forEach(count);

  // --- a patient: what stands beside the text, a moment after the last key; a click on a problem goes to its line
  const look = find("[data-look]");
  const text = look ? find("[name=text]", look) : null;
  if (text) {
    let typed = 0;
    let saving = false;
    const was = text.value;
    text.addEventListener("input", function () {
      clearTimeout(typed);
      typed = setTimeout(function () {
        post(look.dataset.look, new FormData(look), function (fresh) { find("#beside").replaceChildren.apply(find("#beside"), Array.from(document.adoptNode(fresh.body).childNodes)); });
      }, 600);
    });
    look.addEventListener("submit", function () { saving = true; });
    window.addEventListener("beforeunload", function (event) { if (!saving && text.value !== was && !find("[name=base]", look).value) event.preventDefault(); }); // a new one is kept nowhere yet
    look.addEventListener("click", function (event) {
      const button = event.target.closest("[data-line]");
      if (!button) return;
      const lines = text.value.split("\n");
      const row = Number(button.dataset.line) - 1;
      const start = lines.slice(0, row).join("\n").length + (row ? 1 : 0);
      text.focus();
      text.setSelectionRange(start, start + (lines[row] || "").length);
      text.scrollTop = Math.max(0, text.scrollHeight * (row / lines.length) - text.clientHeight / 3);
    });
  }

  // --- keys: / to the search, j and k or the arrows from row to row, Enter (the link's own) opens
  function move(step) {
    const rows = all("[data-row]");
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement);
    const to = rows[Math.min(Math.max(at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step, 0), rows.length - 1)];
    to.focus();
    to.closest("tr, li").scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const place = event.target;
    const typing = place.closest("input:not([type=checkbox]), textarea, select");
    const inSearch = place.matches("[data-live] [type=search]");
    const box = find("[data-live] [type=search]");
    if (event.key === "/" && !typing && box) {
      event.preventDefault();
      box.focus();
      box.select();
    } else if ((event.key === "j" || event.key === "k") && !typing) {
      move(event.key === "j" ? 1 : -1);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (place.matches("[data-row]") || (inSearch && event.key === "ArrowDown"))) {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    }
  });

  ticked();
})();
