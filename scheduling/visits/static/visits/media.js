// @ts-check
/** This device's camera, microphone and screen: asked for one by one, so that one that fails leaves the other. */

/** @typedef {"microphone" | "camera"} Kind */
/** @typedef {"denied" | "none" | "busy" | "blocked" | "failed"} Trouble */

const ASKED = {
  microphone: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  camera: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24, max: 30 }, facingMode: "user" },
};
const INPUTS = { microphone: "audioinput", camera: "videoinput" };
/** @type {Record<string, Trouble>} */
const TROUBLES = {
  NotAllowedError: "denied", SecurityError: "blocked", NotFoundError: "none", OverconstrainedError: "none",
  NotReadableError: "busy", AbortError: "busy",
};

/** True if this browser can hold a video visit at all. */
export function isAble() {
  return "RTCPeerConnection" in window && Boolean(navigator.mediaDevices?.getUserMedia);
}

/**
 * The track, or why there is none.
 * @param {Kind} kind
 * @param {string} [device]
 * @returns {Promise<{ track: MediaStreamTrack, trouble: "" } | { track: null, trouble: Trouble }>}
 */
export async function take(kind, device) {
  if (!navigator.mediaDevices?.getUserMedia) return { track: null, trouble: "blocked" };
  const asked = { ...ASKED[kind], ...(device ? { deviceId: { exact: device } } : {}) };
  if (device && "facingMode" in asked) delete asked.facingMode;
  try {
    const stream = await navigator.mediaDevices.getUserMedia(kind === "camera" ? { video: asked } : { audio: asked });
    return { track: stream.getTracks()[0], trouble: "" };
  } catch (error) {
    if (device && /** @type {Error} */ (error).name === "OverconstrainedError") return take(kind);
    return { track: null, trouble: TROUBLES[/** @type {Error} */ (error).name] ?? "failed" };
  }
}

/**
 * Both at once, so that a person is asked once; each by itself if that fails.
 * @param {{ microphone: string, camera: string }} wanted devices by id, "" for whichever
 */
export async function takeBoth(wanted) {
  if (!wanted.microphone && !wanted.camera && navigator.mediaDevices?.getUserMedia) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: ASKED.microphone, video: ASKED.camera });
      const [microphone] = stream.getAudioTracks();
      const [camera] = stream.getVideoTracks();
      return { microphone: { track: microphone, trouble: "" }, camera: { track: camera, trouble: "" } };
    } catch {
      // One of them stands in the way: below it shows which.
    }
  }
  const microphone = await take("microphone", wanted.microphone);
  return { microphone, camera: await take("camera", wanted.camera) };
}

/** The screen that the person picked; nothing if they picked none. */
export async function takeScreen() {
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
    const [track] = stream.getVideoTracks();
    track.contentHint = "detail";
    return track;
  } catch {
    return null;
  }
}

/** True where a screen can be shown: not on phones. */
export function mayShareScreen() {
  return Boolean(navigator.mediaDevices?.getDisplayMedia);
}

/**
 * What can be picked from, by name; the names are there once one was allowed.
 * @param {"microphone" | "camera" | "speaker"} kind
 */
export async function list(kind) {
  const wanted = kind === "speaker" ? "audiooutput" : INPUTS[kind];
  const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  return all.filter((one) => one.kind === wanted && one.deviceId && one.label);
}

/**
 * How loud the microphone hears, from 0 to 1, until stopped.
 * @param {MediaStreamTrack} track
 * @param {(level: number) => void} tell
 */
export function hear(track, tell) {
  const context = new AudioContext();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, one) => sum + one * one, 0) / samples.length;
    tell(Math.min(1, Math.sqrt(power) * 6));
  }, 100);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

/**
 * Notes one after the other, gently; true once they have sounded, false where the browser wants a press first.
 * @param {number[]} notes in hertz
 * @param {{ device?: string, loud?: number }} [how]
 */
export async function sound(notes, { device = "", loud = 0.12 } = {}) {
  const context = new AudioContext();
  if (device && "setSinkId" in context) await /** @type {any} */ (context).setSinkId(device).catch(() => {});
  // Without a press of a button before, a page stays silent.
  await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 300))]);
  if (context.state !== "running") {
    void context.close();
    return false;
  }
  notes.forEach((note, place) => {
    const from = context.currentTime + place * 0.28;
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.frequency.value = note;
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(loud, from + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.0005, from + 0.4);
    tone.connect(gain).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.42);
  });
  await new Promise((done) => setTimeout(done, notes.length * 280 + 300));
  await context.close();
  return true;
}

/** The choices of this device, kept on it alone. */
export const choice = {
  /** @param {"microphone" | "camera" | "speaker" | "bell"} kind */
  get(kind) {
    try {
      return localStorage.getItem(`visit-${kind}`) ?? "";
    } catch {
      return "";
    }
  },
  /**
   * @param {"microphone" | "camera" | "speaker" | "bell"} kind
   * @param {string} device
   */
  set(kind, device) {
    try {
      localStorage.setItem(`visit-${kind}`, device);
    } catch {
      // Private windows keep nothing; the choice holds for this page.
    }
  },
};
