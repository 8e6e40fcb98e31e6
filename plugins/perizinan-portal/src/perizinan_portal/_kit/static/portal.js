// Makes pages more comfortable; every page works without it.
const focused = document.querySelector("[data-focus]");
if (focused) focused.focus();

// What is further in the menu is closed again when one leaves it: it would cover what has the focus.
const further = document.querySelector(".menu details");
if (further) {
  const left = (event) => { if (event.target && !further.contains(event.target)) further.open = false; };
  document.addEventListener("focusin", left);
  document.addEventListener("pointerdown", left);
  further.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !further.open) return;
    further.open = false;
    further.firstElementChild.focus();
  });
}

// A form is kept while it is filled in; the server says which fields apply and what it costs.
for (const draft of document.querySelectorAll("form[data-autosave]")) {
  const told = draft.querySelector("[data-save-state]");
  let timer = 0, dirty = false, running = null, over = false;
  for (const part of draft.querySelectorAll("[data-no-script]")) part.hidden = true;
  const say = (text) => { if (told.textContent !== text) told.textContent = text; };
  const later = (wait) => { clearTimeout(timer); if (!over) timer = setTimeout(keep, wait); };
  const stop = (text) => { over = true; clearTimeout(timer); told.className = "note warn"; say(text); };

  const redraw = (state) => {
    const tag = draft.closest(".panel")?.querySelector("[data-answered] > *");
    if (tag && state.answered) {
      tag.textContent = state.answered.text;
      tag.className = `tag ${state.answered.tone}`;
    }
    const progress = document.getElementById("progress");
    if (progress && state.progress) progress.textContent = state.progress;
    if (state.more) draft.querySelector("[data-more]").hidden = false;
    if (!state.seen) return;
    draft.elements.seen.value = state.seen;
    const absent = new Set(state.absent), required = new Set(state.required);
    for (const part of draft.querySelectorAll("[data-path]")) {
      part.hidden = absent.has(part.dataset.path);
      const mark = part.querySelector(".optional");
      if (mark && mark.closest("[data-path]") === part) mark.hidden = required.has(part.dataset.path);
    }
    const exempt = document.querySelector("[data-exempt]");
    if (exempt && state.fee) exempt.hidden = !state.exempt;
    const panel = document.querySelector("[data-fee=total]");
    if (!panel || !state.fee) return;
    panel.textContent = state.fee.total;
    panel.className = state.fee.big ? "big" : "";
    const note = document.querySelector("[data-fee=note]");
    note.textContent = state.fee.note;
    note.hidden = !state.fee.note;
    document.querySelector("[data-fee=lines]").replaceChildren(...state.fee.lines.map((line) => {
      const item = document.createElement("li"), amount = document.createElement("strong"), how = document.createElement("span");
      amount.textContent = line.amount;
      how.textContent = `${line.how} · ${line.source}`;
      how.className = "hint";
      item.append(amount, ` ${line.label}${line.refundable ? ` (${line.refundable})` : ""}`, how);
      return item;
    }));
  };

  const send = async (leaving) => {
    dirty = false;
    let answer;
    try {
      answer = await fetch(draft.action, {
        method: "POST", body: new URLSearchParams(new FormData(draft)), redirect: "manual", keepalive: leaving,
        headers: { Accept: "application/json" },
      });
    } catch {
      dirty = true;
      say(draft.dataset.offline);
      later(5000);
      return;
    }
    if (answer.ok) {
      const state = await answer.json();
      redraw(state);
      told.className = "hint";
      say(draft.dataset.saved.replace("{time}", state.saved));
    } else if (answer.status === 409) stop(draft.dataset.older);
    else if (answer.status === 410) stop(draft.dataset.closed);
    else if (answer.status === 422) { told.className = "note warn"; say((await answer.json()).refused); }
    else if (answer.status >= 500 || answer.status === 429) { dirty = true; say(draft.dataset.offline); later(15000); }
    else { dirty = true; stop(draft.dataset.ended); }
  };

  const keep = async (leaving = false) => {
    clearTimeout(timer);
    if (over || !dirty) return;
    if (running && leaving !== true) { await running; if (!dirty || over) return; }
    running = send(leaving === true);
    await running;
    running = null;
  };

  draft.addEventListener("input", (event) => {
    dirty = true;
    later(event.target.matches("select, [type=radio], [type=checkbox], [type=date]") ? 200 : 2000);
  });
  draft.addEventListener("change", () => { if (dirty) later(200); });
  // A page that is left keeps what was typed; what could not be kept is asked about.
  addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") keep(true); });
  addEventListener("pagehide", () => keep(true));
  addEventListener("beforeunload", (event) => { if (dirty && over) event.preventDefault(); });
  draft.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (running) {
      // What is under way comes first: the form then knows what it is held against.
      event.preventDefault();
      event.stopImmediatePropagation();
      const pressed = event.submitter;
      running.then(() => { dirty = false; draft.requestSubmit(pressed); });
      return;
    }
    dirty = false;
  }, { capture: true });
}

// One press, one post: the button stays pressable, a second press within the same page is dropped.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 10000);
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// How far something is that goes on without us; at its end the page is shown as it is then.
const bar = document.querySelector("progress[data-state]");
if (bar) {
  const look = async () => {
    try {
      const answer = await fetch(bar.dataset.state);
      if (answer.redirected || !answer.ok) { location.reload(); return; }
      const now = await answer.json();
      bar.value = now.done;
      document.getElementById("progress-said").textContent = now.said;
      if (now.over) { location.reload(); return; }
    } catch { /* the connection is cut: look again */ }
    setTimeout(look, 700);
  };
  setTimeout(look, 300);
}
