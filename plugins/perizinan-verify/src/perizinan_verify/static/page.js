/* The page's comfort: progress, drag and drop, camera, and QR codes checked on the device. */

import { QrError, verifyQr } from "./qr.js";

const { base, language, maxBytes } = document.body.dataset;
const find = (selector, within = document) => within.querySelector(selector);
const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];
const show = (element, visible = true) => {
  if (element) element.hidden = !visible;
};

/* Uploads: sent in the background, so that a slow line shows how far it is. */

function showAnswer(answer) {
  const main = answer && find("main", answer);
  if (!main) return false;
  find("main").replaceWith(document.adoptNode(main));
  document.title = answer.title;
  prepare();
  const heading = find("main h1");
  heading?.focus();
  globalThis.scrollTo(0, 0);
  return true;
}

function send(form) {
  const request = new XMLHttpRequest();
  const bar = find("progress", form);
  const failed = () => {
    show(find(".sending", form), false);
    show(find("[data-failed]", form));
    show(find("#ask-failed"), find("#start")?.hidden ?? false);
    find("button[type=submit]", form).disabled = false;
  };
  request.open("POST", form.action);
  request.responseType = "document";
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable || !bar) return;
    if (event.loaded < event.total) bar.value = (100 * event.loaded) / event.total;
    else bar.removeAttribute("value");
  });
  request.addEventListener("load", () => showAnswer(request.response) || failed());
  request.addEventListener("error", failed);
  show(find("[data-failed]", form), false);
  show(find(".sending", form));
  find("button[type=submit]", form).disabled = true;
  request.send(new FormData(form));
}

function fileOf(form) {
  return find("input[type=file]", form)?.files?.[0];
}

function smallEnough(form) {
  const fits = (fileOf(form)?.size ?? 0) <= Number(maxBytes);
  show(find("[data-too-large]", form), !fits);
  return fits;
}

async function submit(form) {
  if (!form.reportValidity() || !smallEnough(form)) return;
  if (form.matches("[data-qr-photo]")) {
    const text = await readPhotoHere(fileOf(form));
    if (text !== null) {
      await judge(text);
      return;
    }
  }
  send(form);
}

function prepareUpload(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form);
  });
  const input = find("input[type=file]", form);
  const drop = find("[data-drop]", form);
  if (!drop) return;
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer?.files.length !== 1) return;
    input.files = event.dataTransfer.files;
    submit(form);
  });
}

/* QR codes: read and checked here; only the office's public keys are fetched. */

let last = "";

async function authorities() {
  const answer = await fetch(`${base}/api/authority`, { cache: "no-store", credentials: "omit" });
  if (!answer.ok) throw new Error("no authority document");
  return (await answer.json()).authorities;
}

const monthNames = new Intl.DateTimeFormat(language === "id" ? "id-ID" : "en-GB", {
  day: "numeric", month: "long", year: "numeric", timeZone: "UTC",
});
const inWords = (day) => monthNames.format(new Date(`${day}T00:00:00Z`));

function stateToday(claims, authority) {
  if (authority.expired) return "unknown";
  if (authority.today < claims.validFrom) return "not_yet";
  if (claims.validUntil !== null && authority.today > claims.validUntil) return "expired";
  return "genuine";
}

function showState(name) {
  for (const part of findAll("[data-state]")) show(part, part.dataset.state === name);
  show(find("#qr-live"));
  show(find("#start"), false);
  const heading = find(`[data-state="${name}"] h1`);
  document.title = heading.textContent;
  heading.focus();
}

function showStatus(state, since) {
  const label = find(`[data-label="${CSS.escape(state)}"]`);
  const text = label ? label.textContent : state;
  find('[data-claim="status"]').textContent = since ? `${text} (${inWords(since)})` : text;
}

function showClaims(claims, authority) {
  const span = find('[data-claim="span"]');
  const words = claims.validUntil === null ? span.dataset.from : span.dataset.to;
  const values = {
    number: claims.number,
    holder: claims.holder,
    object: claims.object,
    permitType: claims.permitType,
    office: authority.name,
    issuedOn: inWords(claims.issuedOn),
    span: words
      .replace("{start}", () => inWords(claims.validFrom))
      .replace("{end}", () => inWords(claims.validUntil)),
  };
  for (const [name, value] of Object.entries(values)) find(`[data-claim="${name}"]`).textContent = value;
  showStatus("not_checked");
  show(find("#claims"));
  show(find("#short-note"), [claims.holder, claims.object].some((value) => value.endsWith("…")));
}

async function judge(text) {
  last = text;
  for (const id of ["claims", "ask-status", "ask-note", "ask-server", "ask-failed", "local-note", "short-note"]) {
    show(find(`#${id}`), false);
  }
  let known;
  try {
    known = await authorities();
  } catch {
    showState("unknown");
    show(find("#ask-failed"));
    return;
  }
  try {
    const { claims, authority } = await verifyQr(text, known);
    showClaims(claims, authority);
    const state = stateToday(claims, authority);
    showState(state);
    show(find("#local-note"));
    const useful = authority.has_status;
    show(find("#ask-status"), useful);
    show(find("#ask-note"), useful);
    find("#ask-status").onclick = () => askStatus(claims, authority, state);
  } catch (error) {
    const kind = error instanceof QrError ? error.kind : "unsupported";
    showState(kind);
    show(find("#ask-server"), kind === "unsupported");
    show(find("#local-note"), kind !== "unsupported");
  }
}

async function askStatus(claims, authority, state) {
  const button = find("#ask-status");
  button.disabled = true;
  show(find("#ask-failed"), false);
  try {
    const answer = await fetch(`${base}/api/status`, {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        authority: authority.slug, number: claims.number, status_index: claims.statusIndex,
      }),
    });
    if (!answer.ok) throw new Error("no status");
    const status = await answer.json();
    showStatus(status.state, status.state === "in_force" ? null : status.since);
    const known = find(`[data-state="${CSS.escape(status.state)}"]`) ? status.state : "unknown";
    showState(known === "in_force" && state !== "genuine" ? state : known);
    show(button, false);
    show(find("#ask-note"), false);
  } catch {
    show(find("#ask-failed"));
  } finally {
    button.disabled = false;
  }
}

function askServer() {
  const form = find("[data-qr-text]");
  find("textarea", form).value = last;
  send(form);
}

function judgeHash() {
  if (find("#qr-live") && location.hash.startsWith("#1")) judge(location.href);
}

/* Camera and photos, where the browser finds QR codes itself. */

const detects = async () => {
  if (!("BarcodeDetector" in globalThis)) return false;
  try {
    return (await globalThis.BarcodeDetector.getSupportedFormats()).includes("qr_code");
  } catch {
    return false;
  }
};

const ours = (found) => found.map((item) => item.rawValue).find((text) => text.includes("#1")) ?? null;

async function readPhotoHere(file) {
  if (!(await detects())) return null;
  try {
    const picture = await createImageBitmap(file);
    return ours(await new globalThis.BarcodeDetector({ formats: ["qr_code"] }).detect(picture));
  } catch {
    return null;
  }
}

let camera = null;

function stopCamera() {
  for (const track of camera?.getTracks() ?? []) track.stop();
  camera = null;
  show(find("#camera-view"), false);
  show(find("#camera-start"));
}

async function startCamera() {
  const video = find("#camera-video");
  show(find("#camera-failed"), false);
  try {
    camera = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 960 } },
    });
    video.srcObject = camera;
    show(find("#camera-view"));
    show(find("#camera-start"), false);
    await video.play();
  } catch {
    stopCamera();
    show(find("#camera-failed"));
    return;
  }
  const detector = new globalThis.BarcodeDetector({ formats: ["qr_code"] });
  const look = async () => {
    if (camera === null) return;
    const text = ours(await detector.detect(video).catch(() => []));
    if (text === null) {
      setTimeout(look, 150);
      return;
    }
    stopCamera();
    await judge(text);
  };
  look();
}

/* What has to be tied to the elements of a page, also of one that an upload brought. */

function again(event) {
  event.preventDefault();
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  show(find("#qr-live"), false);
  show(find("#start"));
  find("#start h1").focus();
}

async function prepare() {
  for (const form of findAll("form[data-upload]")) prepareUpload(form);
  const button = find("[data-print]");
  show(button);
  button?.addEventListener("click", () => globalThis.print());
  find("[data-again]")?.addEventListener("click", again);
  find("#ask-server")?.addEventListener("click", askServer);
  find("[data-qr-text]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    judge(find("textarea", event.target).value);
  });
  if (find("#camera") && navigator.mediaDevices?.getUserMedia && (await detects())) {
    show(find("#camera"));
    find("#camera-start").addEventListener("click", startCamera);
    find("#camera-stop").addEventListener("click", stopCamera);
  }
}

for (const link of findAll("[data-keep-hash]")) {
  link.addEventListener("click", () => {
    link.hash = location.hash;
  });
}
// A file dropped beside the box must not make the browser leave the page.
for (const name of ["dragover", "drop"]) {
  globalThis.addEventListener(name, (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
}
globalThis.addEventListener("beforeprint", () => {
  for (const part of findAll("details")) part.open = true;
});
globalThis.addEventListener("hashchange", judgeHash);
prepare();
judgeHash();
