// Sends files as they are chosen, shows how far each has come, and continues after a cut connection (tus 1.0).
// Without this script the same forms send the same files in one piece.
const words = document.getElementById("upload-words");
const said = document.getElementById("upload-said");
const say = (name, values = {}) => words.dataset[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
const PIECE = 512 * 1024; // fits through a proxy that was left as it comes
const PAUSES = [0, 1000, 2000, 4000, 8000, 15000, 30000, 60000, 60000, 60000];
const active = new Set();
let client;

const bytes = (count) => {
  const unit = count >= 1e6 ? ["MB", 1e6] : ["KB", 1000];
  return (count / unit[1]).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 }) + " " + unit[0];
};

const element = (name, text = "", kind = "") => {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (kind) made.className = kind;
  return made;
};

const place = (key) => document.getElementById(key);

// The card of a place as the server shows it now; what is being sent in this window stays in it.
const refresh = (section) => new Promise((resolve) => {
  const request = new XMLHttpRequest();
  request.responseType = "document";
  request.onloadend = () => {
    const fresh = request.response && request.response.getElementById(section.id);
    const there = place(section.id);
    if (fresh && there && request.status < 500) {
      const made = document.importNode(fresh, true);
      const rows = made.querySelector("[data-sending]");
      for (const upload of active) {
        if (upload.key !== section.id) continue;
        for (const row of rows.children) if (row.dataset.upload === upload.address()) row.remove();
        rows.append(upload.row);
      }
      for (const row of there.querySelectorAll(".failed")) rows.append(row);
      const had = there.contains(document.activeElement);
      there.replaceWith(made);
      prepare(made);
      if (had) made.focus();
    }
    resolve(place(section.id));
  };
  request.open("GET", section.dataset.self);
  request.send();
});

const hash = async (file) => {
  if (!globalThis.crypto?.subtle) return ""; // only over https
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
};

const refuse = (section, name, values) => {
  const note = element("div", "", "note bad failed");
  const close = element("button", say("close"), "plain");
  close.type = "button";
  close.onclick = () => note.remove();
  note.setAttribute("role", "alert");
  note.append(element("p", values === undefined ? name : say(name, values)), close);
  section.querySelector("[data-sending]").append(note);
};

const fits = (section, file) => {
  const { most, mostSaid, endings, formats } = section.dataset;
  const ending = file.name.includes(".") ? file.name.split(".").pop().toLowerCase() : "";
  if (file.size === 0) refuse(section, "empty", { name: file.name });
  else if (file.size > Number(most)) refuse(section, "tooLarge", { name: file.name, size: bytes(file.size), most: mostSaid });
  else if (endings && ending && !endings.split(" ").includes(ending)) refuse(section, "kind", { name: file.name, formats });
  else return true;
  return false;
};

class Sending {
  constructor(section, file, metadata) {
    Object.assign(this, { key: section.id, file, metadata, percent: 0, sent: 0 });
    this.row = element("div", "", "sending");
    this.bar = element("progress");
    this.bar.max = file.size;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", say("sending", { name: file.name }));
    this.text = element("p", "", "soft");
    this.pause = element("button", say("pause"), "quiet");
    this.stop = element("button", say("stop"), "plain");
    for (const button of [this.pause, this.stop]) {
      button.type = "button";
      button.append(element("span", " " + file.name, "unseen"));
    }
    const steps = element("p", "", "steps");
    steps.append(this.pause, this.stop);
    this.row.append(element("p", say("sending", { name: file.name })), this.bar, this.text, steps);
    this.pause.onclick = () => (this.running ? this.halt("paused") : this.go());
    this.stop.onclick = () => this.end();
    section.querySelector("[data-sending]").append(this.row);
    active.add(this);
    this.show();
  }

  address() {
    return this.upload?.url ? new URL(this.upload.url, location.href).pathname : "";
  }

  show(state = "progress") {
    this.bar.value = this.sent;
    this.text.textContent = say(state, { percent: this.percent, sent: bytes(this.sent), size: bytes(this.file.size) });
    this.pause.firstChild.textContent = say(this.running ? "pause" : "continue");
  }

  async go() {
    this.running = true;
    this.show();
    const section = this.halted ? await refresh(place(this.key)) : place(this.key);
    this.halted = false;
    client ??= import(words.dataset.client);
    let Upload;
    try {
      ({ Upload } = await client);
    } catch {
      client = undefined;
      return this.halt("failed");
    }
    if (!this.running) return;
    this.metadata.sha256 ??= await hash(this.file);
    this.upload ??= new Upload(this.file, {
      endpoint: section.dataset.create,
      uploadUrl: this.known(section),
      chunkSize: PIECE,
      retryDelays: PAUSES,
      metadata: this.metadata,
      storeFingerprintForResuming: false,
      onProgress: (sent) => this.progressed(sent),
      onShouldRetry: (error) => this.again(error),
      onError: (error) => this.failed(error),
      onSuccess: () => this.arrived(),
    });
    this.upload.options.headers = { "X-Form-Token": section.dataset.token };
    if (this.running) this.upload.start();
  }

  // What has arrived of this very file before: in another window, on another day, from another device.
  known(section) {
    for (const row of section.querySelectorAll("[data-upload]")) {
      const { name, size, replaces, upload } = row.dataset;
      if (name === this.file.name && Number(size) === this.file.size && replaces === (this.metadata.replaces ?? "")) {
        row.remove();
        return upload;
      }
    }
    return null;
  }

  progressed(sent) {
    this.sent = sent;
    this.percent = Math.floor((sent / this.file.size) * 100);
    if (sent === this.file.size) this.text.textContent = say("checking");
    else if (this.running) this.show();
  }

  again(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    const passes = status === 0 || status === 409 || status === 423 || status === 429 || status >= 500;
    if (passes && this.running) this.show("cut");
    return passes && this.running;
  }

  halt(state) {
    this.running = false;
    this.halted = true;
    this.upload?.abort();
    this.show(state);
  }

  failed(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    if (status === 401 || status === 403) {
      this.halt("session");
      const link = element("a", say("logIn"));
      link.href = words.dataset.login;
      link.target = "_blank";
      this.text.append(" ", link);
      return;
    }
    if (status >= 400 && status < 500 && status !== 409 && status !== 423 && status !== 429) {
      let told = "";
      try {
        told = JSON.parse(error.originalResponse.getBody()).message;
      } catch { /* not an answer of ours */ }
      this.gone();
      refuse(place(this.key), `${this.file.name}: ${told || status}`);
      return;
    }
    this.halt("failed");
  }

  async arrived() {
    this.gone();
    const before = place(this.key).querySelectorAll(".papers img").length;
    const section = await refresh(place(this.key));
    const wrong = [...section.querySelectorAll(".refused bdi")].some((one) => one.textContent === this.file.name);
    said.textContent = say(wrong ? "notStored" : "stored", { name: this.file.name });
    if (!wrong && before === 0) section.dataset.done = "1";
  }

  async end() {
    const upload = this.upload;
    this.running = false;
    this.gone();
    if (upload?.url) await upload.abort(true).catch(() => {});
    await refresh(place(this.key));
  }

  gone() {
    active.delete(this);
    this.row.remove();
  }
}

const begin = (form, files) => {
  const section = form.closest(".slot");
  const metadata = {};
  for (const field of form.elements) {
    const name = field.name.split(".")[0];
    if (name === "choice" && (field.type !== "radio" || field.checked)) metadata.choice = field.value;
    if ((name === "expires_on" || name === "replaces") && field.value) metadata[name] = field.value;
  }
  if (!metadata.choice) delete metadata.choice;
  const room = metadata.replaces ? 1 : Number(section.dataset.room);
  const here = [...active].filter((one) => one.key === section.id && !one.metadata.replaces).length;
  if (!metadata.replaces && files.length + here > room) refuse(section, "tooMany", { count: Math.max(0, room - here) });
  else for (const file of files) {
    if (!fits(section, file)) continue;
    new Sending(section, file, { ...metadata, filename: file.name }).go();
  }
  for (const input of form.querySelectorAll("input[type=file]")) input.value = "";
};

const prepare = (section) => {
  const touch = matchMedia("(pointer: coarse)").matches;
  for (const form of section.querySelectorAll("form.chooser")) {
    const camera = form.querySelector("[data-camera]");
    if (camera && touch) camera.hidden = false;
    const asked = [...form.querySelectorAll("[name^=choice], [name^=expires_on]")];
    const answered = () => asked.every((one) => (one.type === "radio" ? asked.some((other) => other.name === one.name && other.checked) : one.value));
    const chosen = () => [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
    form.addEventListener("submit", (event) => {
      const files = chosen();
      if (!files.length) return; // the server says what is missing
      event.preventDefault();
      event.stopImmediatePropagation();
      begin(form, files);
    });
    // What was chosen is sent as soon as the questions beside it are answered, in whichever order.
    form.addEventListener("change", () => {
      if (!chosen().length) return;
      const note = form.querySelector(".ask");
      if (note) note.remove();
      if (answered()) begin(form, chosen());
      else {
        const ask = element("p", say("answer"), "fault ask");
        ask.setAttribute("role", "status");
        form.querySelector(".actions").before(ask);
      }
    });
    form.querySelector("[data-press]").hidden = true;
    if (!asked.length) form.querySelector(".actions").hidden = true;
  }
};

for (const section of document.querySelectorAll(".slot")) prepare(section);

addEventListener("online", () => { for (const one of active) if (one.halted && !one.running) one.go(); });
addEventListener("beforeunload", (event) => { if (active.size) event.preventDefault(); });

// Handing in waits for what is under way; the server asks too.
const waits = (event, target) => {
  if (!active.size) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const note = document.getElementById("upload-wait") ?? element("p", "", "fault");
  note.id = "upload-wait";
  note.tabIndex = -1;
  note.setAttribute("role", "alert");
  note.textContent = active.size === 1 ? say("waitOne") : say("waitMany", { count: active.size });
  (target.closest(".actions") ?? target).after(note);
  note.focus();
};
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href$='/kirim']");
  if (link) waits(event, link);
}, true);
document.addEventListener("submit", (event) => {
  const leads = event.target.getAttribute("action")?.endsWith("/kirim") || event.submitter?.value === "submit";
  if (leads) waits(event, event.submitter ?? event.target);
}, true);
