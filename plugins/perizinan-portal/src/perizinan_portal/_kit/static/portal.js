// Makes pages more comfortable; every page works without it.
const focused = document.querySelector("[data-focus]");
if (focused) focused.focus();

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
