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
