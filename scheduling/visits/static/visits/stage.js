// @ts-check
/** What stands on the stage: both pictures, the devices, and the buttons that never move. */

import { countOf, grade } from "./call.js";
import { choice, list, mayShareScreen, take, takeBoth, takeScreen } from "./media.js";

const LOOK_EVERY = 3_000;

/** @typedef {ReturnType<typeof import("./call.js").makeCall>} Call */
/** @typedef {ReturnType<typeof import("./facts.js").factsOf>} Facts */

/**
 * @param {HTMLElement} root
 * @param {Facts} facts
 * @param {() => Call} call
 */
export function stageOf(root, facts, call) {
  const theirs = /** @type {HTMLVideoElement} */ (root.querySelector("[data-theirs]"));
  const screen = /** @type {HTMLVideoElement} */ (root.querySelector("[data-screen]"));
  const mirrors = /** @type {NodeListOf<HTMLVideoElement>} */ (root.querySelectorAll("[data-mirror]"));
  const picks = /** @type {NodeListOf<HTMLSelectElement>} */ (root.querySelectorAll("[data-pick]"));
  /** @type {{ microphone: MediaStreamTrack | null, camera: MediaStreamTrack | null, screen: MediaStreamTrack | null }} */
  const mine = { microphone: null, camera: null, screen: null };
  /** What the person wants, whether or not the device obeys. */
  const wants = { microphone: true, camera: true };
  /** @type {Promise<void> | null} */
  let filming = null;
  /** @type {import("./call.js").Count | null} */
  let counted = null;

  facts.set({ mayshare: mayShareScreen() ? "yes" : "no", mayspeak: "setSinkId" in theirs ? "yes" : "no" });

  /** The page and the other side are told which of mine is on. */
  const show = () => {
    facts.set({
      microphone: mine.microphone?.enabled ? "on" : "off",
      camera: mine.camera ? "on" : "off",
      mirror: mine.camera ? "on" : "off",
      sharing: mine.screen ? "yes" : "no",
    });
    for (const mirror of mirrors) {
      const now = /** @type {MediaStream | null} */ (mirror.srcObject)?.getTracks()[0] ?? null;
      if (now !== mine.camera) mirror.srcObject = mine.camera ? new MediaStream([mine.camera]) : null;
    }
    call().tell();
  };

  /**
   * @param {"microphone" | "camera" | "screen"} kind
   * @param {MediaStreamTrack | null} track
   */
  const put = async (kind, track) => {
    if (mine[kind] !== track) mine[kind]?.stop();
    mine[kind] = track;
    if (track) track.onended = () => mine[kind] === track && void put(kind, null);
    if (track && kind === "microphone") track.enabled = wants.microphone;
    await call().use(kind, track);
    show();
  };

  /** @param {"microphone" | "camera"} kind @param {string} [device] */
  const turnOn = async (kind, device) => {
    const { track, trouble } = await take(kind, device ?? choice.get(kind));
    facts.set({ trouble });
    if (track) await put(kind, track);
  };

  async function film() {
    const got = await takeBoth({ microphone: choice.get("microphone"), camera: choice.get("camera") });
    facts.set({ trouble: got.camera.trouble || got.microphone.trouble });
    if (got.microphone.track) await put("microphone", got.microphone.track);
    if (got.camera.track && wants.camera) await put("camera", got.camera.track);
    else got.camera.track?.stop();
    show();
  }

  const play = () => {
    theirs.play().then(() => facts.set({ quiet: "no" }), (error) => {
      if (error.name === "NotAllowedError") facts.set({ quiet: "yes" });
    });
  };

  async function fillPicks() {
    for (const pick of picks) {
      const kind = /** @type {"microphone" | "camera" | "speaker"} */ (pick.dataset.pick);
      const found = await list(kind);
      const any = new Option(root.dataset.any, "");
      pick.replaceChildren(any, ...found.map((one) => new Option(one.label, one.deviceId)));
      const current = kind === "speaker" ? choice.get(kind) : mine[kind]?.getSettings().deviceId ?? choice.get(kind);
      pick.value = found.some((one) => one.deviceId === current) ? current : "";
    }
  }
  for (const pick of picks) pick.addEventListener("change", () => {
    const kind = /** @type {"microphone" | "camera" | "speaker"} */ (pick.dataset.pick);
    choice.set(kind, pick.value);
    if (kind === "speaker") void /** @type {any} */ (theirs).setSinkId?.(pick.value).catch(() => {});
    else void turnOn(kind, pick.value);
  });
  navigator.mediaDevices?.addEventListener?.("devicechange", () => void fillPicks());

  setInterval(async () => {
    if (facts.now.part !== "call" || call().line() === "idle") {
      counted = null;
      return;
    }
    const report = await call().stats();
    if (!report) return;
    const now = countOf(report);
    if (counted) facts.set({ quality: call().line() === "live" ? grade(counted, now) : "wait" });
    counted = now;
  }, LOOK_EVERY);

  return {
    /** Camera and microphone are on, if they can be; asked for once. */
    film() {
      filming ??= film().finally(() => {
        if (!mine.microphone && !mine.camera) filming = null;
      });
      return filming;
    },
    /** Films by itself where the person said yes before. */
    async filmIfAllowed() {
      try {
        const name = /** @type {PermissionName} */ ("camera");
        if ((await navigator.permissions.query({ name })).state === "granted") await this.film();
      } catch {
        // This browser does not tell: the button stands there.
      }
    },
    /** The light of the camera goes out. */
    async dark() {
      filming = null;
      for (const kind of /** @type {const} */ (["screen", "camera", "microphone"])) await put(kind, null);
    },
    /** @param {MediaStream} stream */
    picture(stream) {
      if (theirs.srcObject !== stream) {
        theirs.srcObject = stream;
        const speaker = choice.get("speaker");
        if (speaker) void /** @type {any} */ (theirs).setSinkId?.(speaker).catch(() => {});
      }
      play();
    },
    /** @param {MediaStream | null} stream */
    screen(stream) {
      if (screen.srcObject !== stream) screen.srcObject = stream;
      facts.set({ screen: stream ? "on" : "off" });
    },
    play,
    async mute() {
      wants.microphone = !mine.microphone?.enabled;
      if (mine.microphone) mine.microphone.enabled = wants.microphone;
      else await turnOn("microphone");
      show();
    },
    async camera() {
      wants.camera = !mine.camera;
      if (mine.camera) await put("camera", null);
      else await turnOn("camera");
    },
    async share() {
      await put("screen", mine.screen ? null : await takeScreen());
    },
    async devices() {
      await fillPicks();
      /** @type {HTMLDialogElement | null} */ (root.querySelector("dialog[data-devices]"))?.showModal();
    },
  };
}
