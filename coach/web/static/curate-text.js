// The editor's text: numbers beside its lines, slots and situations offered while one types, and the lists of tags. What is put in can be undone as if it had been typed.
(function () {
  "use strict";
  const find = window.Curate.find;
  const all = window.Curate.all;
  const box = find("[data-text]");
  const form = find("#editor");
  const LONGEST = 300000; // characters: beyond them lines are no longer numbered
  const OFFERED = 7;

  // --- putting words in, so that Ctrl+Z takes them out again
  function put(area, start, end, text, from, to) {
    area.focus({ preventScroll: true });
    area.setSelectionRange(start, end);
    let done = false;
    try { done = document.execCommand("insertText", false, text); } catch (_) { done = false; }
    if (!done) {
      area.setRangeText(text, start, end, "end");
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (from !== undefined) area.setSelectionRange(start + from, start + to);
  }

  // --- numbers: each line stands once more behind the text, unseen, so that its number is where it is
  const mirror = find("[data-mirror]");
  let shown = [];
  let marks = {};
  function row(text, number) {
    const line = document.createElement("div");
    line.className = "paper__line";
    line.dataset.n = number;
    line.textContent = text || "\u200b";
    return line;
  }
  function draw() {
    if (!mirror) return;
    const plain = box.value.length > LONGEST;
    mirror.parentElement.classList.toggle("paper--plain", plain);
    const lines = plain ? [] : box.value.split("\n");
    let head = 0;
    while (head < lines.length && head < shown.length && lines[head] === shown[head]) head++;
    let tail = 0;
    while (tail < lines.length - head && tail < shown.length - head && lines[lines.length - 1 - tail] === shown[shown.length - 1 - tail]) tail++;
    const gone = Array.from(mirror.children).slice(head, shown.length - tail);
    const before = mirror.children[shown.length - tail] || null;
    gone.forEach(function (line) { line.remove(); });
    lines.slice(head, lines.length - tail).forEach(function (text, n) { mirror.insertBefore(row(text, head + n + 1), before); });
    if (lines.length !== shown.length) for (let n = head; n < lines.length; n++) mirror.children[n].dataset.n = n + 1;
    shown = lines;
    paintMarks();
  }
  function paintMarks() {
    all(".paper__line--must, .paper__line--could", mirror).forEach(function (line) { line.classList.remove("paper__line--must", "paper__line--could"); });
    Object.keys(marks).forEach(function (number) {
      const line = mirror.children[Number(number) - 1];
      if (line) line.classList.add("paper__line--" + marks[number]);
    });
  }
  function mark(found) {
    marks = found;
    if (mirror) paintMarks();
  }
  function goTo(number) {
    const lines = box.value.split("\n");
    const at = Math.min(Math.max(number, 1), lines.length) - 1;
    const start = lines.slice(0, at).reduce(function (sum, line) { return sum + line.length + 1; }, 0);
    box.focus({ preventScroll: true });
    box.setSelectionRange(start + lines[at].length, start + lines[at].length);
    const line = mirror && mirror.children[at];
    (line || box).scrollIntoView({ block: "center" });
  }
  function rowAt(position) { return box.value.slice(0, position).split("\n").length; }

  // --- what is offered while one types: slots after {, situations after ( where a line begins, scripts after "use "
  const slots = all("[data-palette] .palette__row").filter(function (line) { return find("[data-insert]", line); }).map(function (line) {
    const name = find("[data-insert]", line).dataset.insert;
    return { name: name, text: name, means: find(".quiet", line).textContent };
  });
  const situations = all("[data-condition]").map(function (button) {
    return { name: button.dataset.condition, text: "(" + button.dataset.condition + ") ", means: button.dataset.condition.startsWith("not ") ? "" : find(".quiet", button.closest(".palette__row")).textContent };
  });
  let offer = null; // { area, list, start, end, items, at }
  function plain(text) { return text.toLowerCase().replace(/[_{}]/g, " ").trim(); }
  function fits(item, words) { return words.every(function (word) { return plain(item.name).includes(word) || plain(item.means || "").includes(word); }); }

  function trigger(area) {
    if (area.selectionStart !== area.selectionEnd) return null;
    const end = area.selectionStart;
    const line = area.value.slice(area.value.lastIndexOf("\n", end - 1) + 1, end);
    let match;
    if (area === box && form.dataset.view === "form") {
      if ((match = /\{([a-z_]*)$/.exec(line))) return { start: end - match[0].length, end: end, words: match[1], from: slots };
      if ((match = /^\s*- \(([a-z_ ]*)$/.exec(line))) return { start: end - match[1].length - 1, end: end, words: match[1], from: situations };
    }
    if (area.dataset.scripts !== undefined && (match = /\buse ([^\s.,;:()][^.,;:()\n]*)$/i.exec(line)) && !/\/[a-z0-9-]+( |$)/.test(match[1])) return { start: end - match[1].length, end: end, words: match[1], ask: true };
    if (area.dataset.findScript !== undefined && area.value.trim()) return { start: 0, end: area.value.length, words: area.value, ask: true };
    return null;
  }

  function listFor(area) {
    const inside = area === box ? find("[data-offers]") : null;
    if (inside) return inside;
    let list = area.parentElement.querySelector(".offers");
    if (!list) {
      list = document.createElement("div");
      list.className = "offers";
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", "Offered");
      list.hidden = true;
      area.after(list);
    }
    return list;
  }

  let asked = 0;
  function look(area) {
    const found = trigger(area);
    if (!found) { close(); return; }
    const turn = ++asked;
    if (found.ask) {
      fetch("/curate/api/find", { method: "POST", body: new URLSearchParams({ q: found.words }) }).then(function (answer) { return answer.ok ? answer.json() : []; }).then(function (rows) {
        const still = trigger(area);
        if (turn === asked && still && still.words === found.words) open(area, found, rows.map(function (each) { return { name: each.title, text: each.id, means: each.id }; }));
      }).catch(close);
      return;
    }
    const words = plain(found.words).split(/\s+/).filter(Boolean);
    const begin = found.from.filter(function (item) { return plain(item.name).startsWith(words.join(" ")); });
    const rest = found.from.filter(function (item) { return !begin.includes(item) && fits(item, words); });
    open(area, found, begin.concat(rest).slice(0, OFFERED));
  }

  function open(area, found, items) {
    if (!items.length) { close(); return; }
    const list = listFor(area);
    offer = { area: area, list: list, start: found.start, end: found.end, items: items, at: 0 };
    list.replaceChildren.apply(list, items.map(function (item, n) {
      const option = document.createElement("div");
      option.className = "offer";
      option.id = "offer-" + n;
      option.setAttribute("role", "option");
      const name = document.createElement("strong");
      name.textContent = item.name;
      const means = document.createElement("span");
      means.className = "quiet";
      means.textContent = " " + (item.means || "");
      option.append(name, means);
      return option;
    }));
    list.hidden = false;
    if (area === box && mirror.children.length) {
      const line = mirror.children[rowAt(found.end) - 1];
      list.style.top = line.offsetTop + line.offsetHeight + "px";
    }
    area.setAttribute("aria-controls", list.id || (list.id = "offers-" + Math.random().toString(36).slice(2)));
    choose(0);
  }
  function choose(at) {
    offer.at = at;
    all(".offer", offer.list).forEach(function (option, n) {
      option.setAttribute("aria-selected", String(n === at));
      if (n === at) option.scrollIntoView({ block: "nearest" });
    });
    offer.area.setAttribute("aria-activedescendant", "offer-" + at);
  }
  function close() {
    if (!offer) return;
    offer.list.hidden = true;
    offer.list.replaceChildren();
    offer.area.removeAttribute("aria-activedescendant");
    offer = null;
  }
  function take(n) {
    const now = offer;
    close();
    const still = trigger(now.area); // more may have been typed since it was offered
    put(now.area, now.start, still && still.start === now.start ? still.end : now.end, now.items[n].text);
    close();
  }

  document.addEventListener("input", function (event) {
    const area = event.target;
    if (area === box) draw();
    if (area === box || (area.dataset && (area.dataset.scripts !== undefined || area.dataset.findScript !== undefined))) look(area);
    else if (offer) close();
  });
  document.addEventListener("keydown", function (event) {
    if (offer && event.target === offer.area) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        choose((offer.at + (event.key === "ArrowDown" ? 1 : offer.items.length - 1)) % offer.items.length);
        return;
      }
      if (event.key === "Enter" || event.key === "Tab") { event.preventDefault(); event.stopImmediatePropagation(); take(offer.at); return; }
      if (event.key === "Escape") { event.preventDefault(); event.stopImmediatePropagation(); close(); return; }
    }
    if (event.target === box && event.key === " " && event.ctrlKey) { event.preventDefault(); insert("{"); }
    if (event.target === box && event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey) goOn(event);
  }, true);
  document.addEventListener("mousedown", function (event) {
    const option = event.target.closest(".offer");
    if (option && offer) { event.preventDefault(); take(Array.from(offer.list.children).indexOf(option)); return; }
    if (event.target.closest("[data-insert], [data-condition]")) event.preventDefault(); // the text keeps its cursor
    else if (offer && !event.target.closest(".offers")) close();
  });
  document.addEventListener("focusout", function (event) { if (offer && event.target === offer.area) setTimeout(function () { if (offer && document.activeElement !== offer.area) close(); }, 100); });

  // --- a new line in a list begins as one; on an empty one Enter ends the list
  function goOn(event) {
    const at = box.selectionStart;
    if (at !== box.selectionEnd) return;
    const start = box.value.lastIndexOf("\n", at - 1) + 1;
    const line = box.value.slice(start, at);
    if (!line.startsWith("- ") || form.dataset.view !== "form") return;
    const rest = box.value.slice(at).split("\n")[0];
    event.preventDefault();
    if (line.trim() === "-" && !rest.trim()) put(box, start, at + rest.length, "");
    else put(box, at, at, "\n- ");
  }

  // --- the palette
  function insert(text, select) {
    const at = box.selectionStart;
    const from = select ? text.lastIndexOf(select) : undefined;
    put(box, at, box.selectionEnd, text, from, select ? from + select.length : undefined);
  }
  function condition(tag) { // in front of the line, wherever the cursor is in it
    const at = box.selectionStart;
    const start = box.value.lastIndexOf("\n", at - 1) + 1;
    const line = box.value.slice(start).split("\n")[0];
    const begun = /^(\s*- \()([a-z_, ]+)(\) )/.exec(line);
    if (begun) put(box, start + begun[1].length + begun[2].length, start + begun[1].length + begun[2].length, ", " + tag);
    else {
      const bullet = /^(\s*- ?)/.exec(line);
      const place = start + (bullet ? bullet[0].length : 0);
      put(box, place, place, (bullet ? bullet[0].endsWith(" ") ? "" : " " : "- ") + "(" + tag + ") ");
    }
    const end = box.value.slice(box.selectionStart).indexOf("\n");
    const to = end < 0 ? box.value.length : box.selectionStart + end;
    box.setSelectionRange(to, to);
  }
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-insert], [data-condition]");
    if (!button) return;
    if (button.dataset.condition) condition(button.dataset.condition);
    else insert(button.dataset.insert, button.dataset.select);
    button.closest("details").open = false;
  });
  function sift(list, words) { // what holds every word stays
    const wanted = plain(words).split(/\s+/).filter(Boolean);
    let first = null;
    list.forEach(function (item) {
      const there = wanted.every(function (word) { return plain(item.textContent).includes(word); });
      item.hidden = !there;
      if (there && !first) first = item;
    });
    return first;
  }
  const paletteBox = find("[data-palette-filter]");
  if (paletteBox) {
    const rows = all("[data-palette] .palette__row");
    paletteBox.addEventListener("input", function () { sift(rows, paletteBox.value); });
    paletteBox.addEventListener("keydown", function (event) {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const first = rows.find(function (line) { return !line.hidden; });
      if (first) find("button", first).click();
    });
    opens(find("[data-palette]"), function () {
      paletteBox.value = "";
      sift(rows, "");
      paletteBox.focus({ preventScroll: true });
    });
  }
  function opens(group, then) { // at once, so that no key typed after the click is lost
    find("summary", group).addEventListener("click", function (event) {
      event.preventDefault();
      group.open = !group.open;
      if (group.open) then();
    });
  }

  // --- tags and evidence: found by typing, chosen by Enter
  all("[data-tags]").forEach(function (group) {
    const filter = find("[data-filter]", group);
    const source = find("[data-source]", group);
    const rows = all(".tag-row", group);
    const chosen = find("[data-chosen]", group);
    function say() {
      const names = rows.filter(function (line) { return find("input", line).checked; }).map(function (line) { return find("input", line).value.replace(/_/g, " "); });
      chosen.textContent = !names.length ? "none yet" : chosen.dataset.count ? names.length + " " + chosen.dataset.count + (names.length > 1 ? "s" : "") : names.join(", ");
    }
    function narrow() {
      sift(rows, filter.value);
      if (source && source.value) rows.forEach(function (line) { line.hidden = line.hidden || find("[data-of]", line).textContent !== source.value; });
      find("[data-none]", group).hidden = rows.some(function (line) { return !line.hidden; });
    }
    function best() { // of those that hold the words, one that begins with them
      const words = plain(filter.value);
      const there = rows.filter(function (line) { return !line.hidden; });
      return there.find(function (line) { return plain(line.textContent).startsWith(words); }) || there[0];
    }
    filter.addEventListener("input", narrow);
    if (source) source.addEventListener("change", narrow);
    filter.addEventListener("keydown", function (event) {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const line = filter.value.trim() && best();
      if (!line) return;
      find("input", line).click();
      window.Curate.tell((find("input", line).checked ? "Chosen: " : "Taken out: ") + line.innerText.trim());
      filter.value = "";
      narrow();
      line.scrollIntoView({ block: "nearest" });
    });
    group.addEventListener("change", say);
    opens(group, function () { filter.focus({ preventScroll: true }); });
  });

  if (box) draw();
  window.CurateText = { mark: mark, goTo: goTo };
})();
