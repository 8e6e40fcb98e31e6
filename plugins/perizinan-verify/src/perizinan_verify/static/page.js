/* The page's comfort: progress, drag and drop, camera, and QR codes checked on the device. */

import { QrError, decodeQrText, verifyContent } from "./qr.js";
import { freeze, thaw } from "./kept.js";
import { readStatusList, statusFromList } from "./status.js";

const { base, language, maxBytes } = document.body.dataset;
const find = (selector, within = document) => within.querySelector(selector);
const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];
const show = (element, visible = true) => {
  if (element) element.hidden = !visible;
};

/* Uploads: sent in the background, so that a slow line shows how far it is. */

const pages = (within = document) => findAll(".page", within);

function takePages(title, fresh) {
  pages().forEach((old) => old.remove());
  document.body.prepend(...fresh);
  document.title = title;
  prepare();
  find(".page:not([hidden]) main h1")?.focus();
  globalThis.scrollTo(0, 0);
}

/* A result is kept in the browser's own history, so that Back, Forward and reload show it again. */
function showAnswer(answer) {
  const fresh = answer ? pages(answer) : [];
  if (!fresh.length) return false;
  const kept = { title: answer.title, pages: fresh.map(freeze) };
  takePages(answer.title, fresh.map((page) => document.adoptNode(page)));
  try {
    history.pushState(kept, "", location.pathname + location.search);
  } catch {
    // Too large for the history of this browser: the result is shown all the same.
  }
  return true;
}

/* A result is there in both languages; the address says which one is shown. */
function showLanguage() {
  const there = pages();
  if (there.length < 2) return;
  const wanted = there.find((page) => `#${page.id}` === location.hash) ?? there[0];
  for (const page of there) {
    page.classList.remove("other");
    show(page, page === wanted);
  }
  document.documentElement.lang = wanted.lang;
  document.title = find("main h1", wanted)?.textContent ?? document.title;
}

function chooseLanguage(event) {
  event.preventDefault();
  history.replaceState(history.state, "", event.currentTarget.hash);
  showLanguage();
  find(".page:not([hidden]) main h1")?.focus();
}

function showKept() {
  if (history.state?.pages) {
    takePages(history.state.title, history.state.pages.map(thaw));
    return true;
  }
  return false;
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
      await judgeAndKeep(text);
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

/* QR codes: read and checked here; only the office's public keys and its status list are fetched. */

let last = "";

/* All offices of this page, or those alone whose a code may be: by the office's address, or by the key. */
async function authorities(content, text) {
  const asked = content
    ? `?${new URLSearchParams({ kid: content.kid, address: text.trim().split("#")[0] })}`
    : "";
  const answer = await fetch(`${base}/api/authority${asked}`, { cache: "no-store", credentials: "omit" });
  if (!answer.ok) throw new Error("no authority document");
  return answer.json();
}

const monthNames = new Intl.DateTimeFormat(language === "id" ? "id-ID" : "en-GB", {
  day: "numeric", month: "long", year: "numeric", timeZone: "UTC",
});
const inWords = (day) => monthNames.format(new Date(`${day}T00:00:00Z`));
const ZONES = { WIB: "Asia/Jakarta", WITA: "Asia/Makassar", WIT: "Asia/Jayapura" };
const momentInWords = (moment, zone) =>
  `${new Intl.DateTimeFormat(language === "id" ? "id-ID" : "en-GB", {
    day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: ZONES[zone],
  }).format(moment)} ${zone}`;

function stateByDates(claims, authority) {
  if (authority.expired) return "outdated";
  if (authority.today < claims.validFrom) return "not_yet";
  if (claims.validUntil !== null && authority.today > claims.validUntil) return "expired";
  return "genuine";
}

/* Ended is ended, whatever the dates say; in force is so only within the dates. */
function withStatus(dated, status) {
  if (dated === "outdated") return dated;
  if (["revoked", "annulled", "suspended", "superseded"].includes(status)) return status;
  if (dated !== "genuine") return dated;
  return status === "in_force" ? "in_force" : "unknown";
}

/* What a test office signs is never praised. */
const ofOffice = (authority, state) =>
  authority.development && ["genuine", "in_force", "unknown"].includes(state) ? "development" : state;

const EXTRAS = [
  "claims", "ask-status", "ask-note", "ask-server", "ask-failed", "local-note", "list-note",
  "asked-note", "register-note", "office-contact",
];

function showState(name) {
  for (const part of findAll("[data-state]")) show(part, part.dataset.state === name);
  show(find("#qr-here"), false);
  show(find("#qr-live"));
  show(find("#start"), false);
  const heading = find(`[data-state="${name}"] h1`);
  document.title = heading.textContent;
  heading.focus();
}

function showStatus(state, asOf) {
  const label = find(`[data-label="${CSS.escape(state)}"]`);
  const text = label ? label.textContent : state;
  find('[data-claim="status"]').textContent = asOf ? `${text} (${asOf})` : text;
}

function nameOfType(claims, authority) {
  if (claims.permitType !== null) return claims.permitType;
  const known = (authority.permit_types ?? []).find((item) => item.number === claims.typeNumber);
  return known ? known.name : String(claims.typeNumber);
}

function showClaims(claims, authority) {
  const span = find('[data-claim="span"]');
  const words = claims.validUntil === null ? span.dataset.from : span.dataset.to;
  const values = {
    number: claims.number,
    holder: claims.holder,
    object: claims.object,
    place: claims.place ?? "",
    permitType: nameOfType(claims, authority),
    office: authority.office,
    issuedOn: inWords(claims.issuedOn),
    span: words
      .replace("{start}", () => inWords(claims.validFrom))
      .replace("{end}", () => inWords(claims.validUntil)),
  };
  for (const [name, value] of Object.entries(values)) find(`[data-claim="${name}"]`).textContent = value;
  showStatus("not_checked");
  show(find("#claims"));
  show(find('[data-row="place"]'), claims.place !== null);
  const short = ["holder", "object", "place"].filter((name) => (claims[name] ?? "").endsWith("…"));
  for (const note of findAll("[data-shortened]")) show(note, short.length > 0);
  for (const part of findAll("[data-short]")) show(part, short.includes(part.dataset.short));
}

function showRegister(authority, checkedAt) {
  const note = find("#register-note");
  note.textContent = note.dataset.text
    .replace("{moment}", () => momentInWords(new Date(checkedAt), authority.time_zone))
    .replace("{name}", () => authority.name)
    .replace("{version}", () => authority.version);
  show(note);
}

function showContact(authority) {
  const line = find("#office-contact");
  if (!authority?.contact) return;
  find("span", line).textContent = authority.contact;
  show(line);
}

/* Counts the questions, so that a late answer is not shown beside a newer code. */
let turn = 0;

async function judge(text) {
  last = text;
  const mine = ++turn;
  for (const id of EXTRAS) show(find(`#${id}`), false);
  let content, known;
  try {
    content = await decodeQrText(text);
  } catch (error) {
    const kind = error instanceof QrError ? error.kind : "unreadable";
    showState(kind === "incomplete" && !(await isNear(text)) ? "unreadable" : kind);
    return;
  }
  try {
    known = await authorities(content, text);
  } catch {
    if (mine === turn) {
      showState("unchecked");
      show(find("#ask-failed"));
    }
    return;
  }
  const offices = ofCode(content, text, known.authorities);
  if (!offices.length) {
    if (mine === turn) showState("elsewhere");
    return;
  }
  try {
    const found = await verifyContent(content, offices);
    if (mine === turn) await showGenuine(found.claims, found.authority, known.checked_at, mine);
  } catch (error) {
    let kind = error instanceof QrError ? error.kind : "unsupported";
    if (kind === "stranger" && (await mayBeNewer(content, offices[0], known))) kind = "newer_key";
    if (mine !== turn) return;
    showState(kind);
    showContact(offices[0]);
    show(find("#ask-server"), kind === "unsupported");
    show(find("#local-note"), kind !== "unsupported");
  }
}

/* Of several offices, the one whose address a code bears decides alone: another's key does not make it genuine. */
function ofCode(content, text, offices) {
  const address = text.trim().split("#")[0].toUpperCase();
  const named = offices.filter((office) => office.verification_url.toUpperCase() === address);
  if (named.length || offices.length < 2) return named.length ? named : offices;
  return offices.filter((office) => office.qr_keys.some((key) => key.kid === content.kid));
}

/* Whether the office's document may be too old to know the key of a code. One that another office of the page has is
   not new; nor is one of a day that has not come, or of before the document was made, or that a later list disowns. */
async function mayBeNewer(content, office, known) {
  const { kid, claims } = content;
  const others = known.authorities.filter((other) => other !== office);
  if (others.some((other) => other.qr_keys.some((key) => key.kid === kid))) return false;
  if (office.qr_keys.some((key) => key.kid === kid)) return false;
  if (claims.issuedOn <= office.issued_on || claims.issuedOn > office.today) return false;
  const list = await listOf(office, known.checked_at);
  return !(list?.versions && list.day > claims.issuedOn && list.versions.current === office.version);
}

/* Whether a code bears the address of an office that this page knows. */
async function isNear(text) {
  const upper = text.trim().toUpperCase();
  if (upper.startsWith(location.href.split("#")[0].toUpperCase())) return true;
  try {
    const { authorities: offices } = await authorities();
    return offices.some((office) => upper.startsWith(office.verification_url.toUpperCase()));
  } catch {
    return true;
  }
}

async function showGenuine(claims, authority, checkedAt, mine) {
  const dated = stateByDates(claims, authority);
  let state = dated;
  let told = null;
  if (authority.status_list) {
    const list = await listOf(authority, checkedAt);
    told = list ? await statusFromList(list, claims).catch(() => null) : null;
    if (mine !== turn) return;
    state = withStatus(dated, told?.state ?? "unknown");
    // What the office has withdrawn since, this page would still believe.
    if (list?.versions && authority.version < list.versions.lowest) state = "outdated";
  }
  state = ofOffice(authority, state);
  showClaims(claims, authority);
  if (told) showStatus(told.state, momentInWords(told.asOf, authority.time_zone));
  else if (authority.status_list) showStatus("unknown");
  showState(state);
  show(find("#list-note"), Boolean(authority.status_list));
  show(find("#local-note"), !authority.status_list);
  showRegister(authority, checkedAt);
  showContact(authority);
  const useful = authority.has_status && !told && dated === "genuine";
  show(find("#ask-status"), useful);
  show(find("#ask-note"), useful);
  find("#ask-status").onclick = () => askStatus(claims, authority, dated);
}

/* The office's status list, when it may be relied on now; else null. */
async function listOf(authority, checkedAt) {
  if (!authority.status_list) return null;
  try {
    const answer = await fetch(`${base}/api/status-list/${encodeURIComponent(authority.slug)}`, {
      credentials: "omit",
    });
    if (!answer.ok) throw new Error("no status list");
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return await readStatusList(bytes, authority, new Date(checkedAt));
  } catch {
    return null;
  }
}

async function askStatus(claims, authority, dated) {
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
    const asOf = status.as_of ? momentInWords(new Date(status.as_of), authority.time_zone) : null;
    showStatus(status.state, asOf);
    showState(ofOffice(authority, withStatus(dated, status.state)));
    show(button, false);
    for (const id of ["ask-note", "local-note", "list-note"]) show(find(`#${id}`), false);
    show(find("#asked-note"));
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

/* A code that was scanned here goes behind the # of the address, which no server sees: Back, reload and the
   other language then find it again. */
async function judgeAndKeep(text) {
  const mark = text.indexOf("#");
  const fragment = mark < 0 ? "" : text.slice(mark);
  if (/^#[12]/.test(fragment) && /^#[0-9A-Za-z]+$/.test(fragment) && location.hash !== fragment) {
    history.pushState(null, "", fragment);
  }
  await judge(text);
}

function judgeHash() {
  if (find("#qr-live") && /^#[1-9]/.test(location.hash)) {
    judge(location.href);
    return true;
  }
  return false;
}

/* Shows what the address and the history say: a code, a kept result, or the start. */
function showPlace() {
  if (showKept()) return;
  if (!find("#start")) {
    if (location.hash !== "#main" && !pages().some((page) => `#${page.id}` === location.hash)) location.reload();
    return;
  }
  if (judgeHash()) return;
  turn += 1;
  show(find("#qr-here"), false);
  show(find("#qr-live"), false);
  show(find("#start"));
}

/* Camera and photos: by the browser itself, else by a reader that is fetched when it is needed. */

const ours = (texts) => texts.find((text) => text.includes("#")) ?? null;

async function nativeReader() {
  if (!("BarcodeDetector" in globalThis)) return null;
  try {
    const formats = await globalThis.BarcodeDetector.getSupportedFormats();
    if (!formats.includes("qr_code")) return null;
  } catch {
    return null;
  }
  const detector = new globalThis.BarcodeDetector({ formats: ["qr_code"] });
  return async (picture) => ours((await detector.detect(picture)).map((item) => item.rawValue));
}

const LONGEST_SIDE = 1600;

async function fetchedReader() {
  const { default: decodeQR } = await import("./vendor/qr/decode.js");
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return async (picture) => {
    const [width, height] = [picture.videoWidth ?? picture.width, picture.videoHeight ?? picture.height];
    const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    try {
      return ours([decodeQR(pen.getImageData(0, 0, canvas.width, canvas.height))]);
    } catch {
      return null;
    }
  };
}

let reader = null;

/** Return a function from a picture to the text of its code, or null; throws when none can be had. */
async function readCodes() {
  reader ??= (await nativeReader()) ?? (await fetchedReader());
  return reader;
}

async function readPhotoHere(file) {
  try {
    const read = await readCodes();
    return await read(await createImageBitmap(file));
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
  let read;
  try {
    read = await readCodes();
  } catch {
    stopCamera();
    show(find("#camera-failed"));
    return;
  }
  const look = async () => {
    if (camera === null) return;
    const text = video.videoWidth ? await read(video).catch(() => null) : null;
    if (text === null) {
      setTimeout(look, 150);
      return;
    }
    stopCamera();
    await judgeAndKeep(text);
  };
  look();
}

/* What has to be tied to the elements of a page, also of one that an upload brought. */

function again(event) {
  event.preventDefault();
  turn += 1;
  if (location.hash) history.pushState(null, "", location.pathname + location.search);
  show(find("#qr-live"), false);
  show(find("#start"));
  find("#start h1").focus();
}

function prepare() {
  for (const form of findAll("form[data-upload]")) prepareUpload(form);
  for (const button of findAll("[data-print]")) {
    show(button);
    button.addEventListener("click", () => globalThis.print());
  }
  for (const link of findAll("[data-show-language]")) link.addEventListener("click", chooseLanguage);
  showLanguage();
  find("[data-again]")?.addEventListener("click", again);
  find("#ask-server")?.addEventListener("click", askServer);
  find("[data-qr-text]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    judgeAndKeep(find("textarea", event.target).value);
  });
  if (find("#camera") && navigator.mediaDevices?.getUserMedia) {
    show(find("#camera"));
    find("#camera-start").addEventListener("click", startCamera);
    find("#camera-stop").addEventListener("click", stopCamera);
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-keep-hash]");
  if (link) link.hash = location.hash;
});
// A file dropped beside the box must not make the browser leave the page.
for (const name of ["dragover", "drop"]) {
  globalThis.addEventListener(name, (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
}
globalThis.addEventListener("beforeprint", () => {
  for (const place of findAll("[data-address]")) place.textContent = location.origin + location.pathname;
  for (const part of findAll("[data-source]")) show(part);
  for (const part of findAll("main details")) part.open = true;
});
globalThis.addEventListener("popstate", showPlace);
/* A link to this very address keeps the state in some browsers: only Back, Forward and reload ask for it. */
const [arrival] = performance.getEntriesByType("navigation");
prepare();
if (arrival?.type === "navigate" || !showKept()) {
  show(find("#qr-here"), false);
  judgeHash();
}
