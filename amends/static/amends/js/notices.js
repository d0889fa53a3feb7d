// A notice whose case is opened has been read: its own form is sent on the way out. Without scripts its button does the same.
document.addEventListener("click", (event) => {
  const form = event.target.closest(".told a")?.closest(".one").querySelector("form[data-read]");
  if (form) fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true }).catch(() => { /* it stays unread */ });
});
