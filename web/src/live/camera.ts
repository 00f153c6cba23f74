/** The camera of this browser: which there are, what went wrong, and frames as JPEG. */
import type { Region } from "./regions";
import type { Size } from "./place";

export interface Trouble {
  readonly title: string;
  readonly hint: string;
}

const NAMES: Readonly<Record<string, Trouble>> = {
  NotAllowedError: {
    title: "The browser may not use the camera.",
    hint: "Allow it beside the address of the page, then try again. A clip or a picture needs no permission.",
  },
  NotFoundError: {
    title: "There is no camera.",
    hint: "Plug one in and try again, or choose a clip or a picture.",
  },
  NotReadableError: {
    title: "The camera is in use.",
    hint: "Close the program that uses it, then try again.",
  },
  OverconstrainedError: {
    title: "The camera that was chosen is gone.",
    hint: "Choose another one.",
  },
};

/** What a refusal of getUserMedia means to a person. */
export function troubleOf(error: unknown): Trouble {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  const known = NAMES[name];
  if (known) return known;
  return { title: "The camera does not start.", hint: error instanceof Error ? error.message : "Try again." };
}

/** Browsers give no camera to pages that came over an open line. */
export const NOT_SECURE: Trouble = {
  title: "Browsers give a camera to secure pages only.",
  hint: "Open the page as http://127.0.0.1, through an SSH tunnel, or over HTTPS.",
};

export const hasCameras = (): boolean =>
  typeof navigator !== "undefined" && "mediaDevices" in navigator && isSecureContext;

/** Opens a camera; an empty id takes the browser's own choice. */
export function openCamera(device: string): Promise<MediaStream> {
  const wanted: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 } };
  return navigator.mediaDevices.getUserMedia({
    audio: false,
    video: device ? { ...wanted, deviceId: { exact: device } } : wanted,
  });
}

export async function cameras(): Promise<MediaDeviceInfo[]> {
  const found = await navigator.mediaDevices.enumerateDevices();
  return found.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId !== "");
}

export interface Quality {
  readonly name: "low" | "medium" | "high";
  readonly title: string;
  /** Longest side of what is sent, pixels. */
  readonly side: number;
  /** Of the JPEG, 0..1. */
  readonly jpeg: number;
}

export const QUALITIES: readonly Quality[] = [
  { name: "low", title: "Low: 320 px", side: 320, jpeg: 0.7 },
  { name: "medium", title: "Medium: 640 px", side: 640, jpeg: 0.8 },
  { name: "high", title: "High: 1,280 px", side: 1280, jpeg: 0.85 },
];

/** The size that is sent: the whole picture, its longer side no more than so many pixels. */
export function sentSize({ width, height }: Size, side: number): Size {
  const scale = Math.min(1, side / Math.max(1, width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Blocks that a covered region is averaged into, along its longer side. */
const BLOCKS = 6;

/** Averages regions of a canvas into few blocks, before anything leaves the browser. */
export function cover(canvas: HTMLCanvasElement, regions: readonly Region[]): void {
  const pen = canvas.getContext("2d");
  if (!pen || regions.length === 0) return;
  for (const [x1, y1, x2, y2] of regions) {
    const left = Math.floor(x1 * canvas.width);
    const top = Math.floor(y1 * canvas.height);
    const width = Math.max(1, Math.ceil(x2 * canvas.width) - left);
    const height = Math.max(1, Math.ceil(y2 * canvas.height) - top);
    const scale = BLOCKS / Math.max(width, height);
    const few = sentSize({ width, height }, Math.max(1, Math.round(Math.max(width, height) * scale)));
    const small = document.createElement("canvas");
    small.width = few.width;
    small.height = few.height;
    const brush = small.getContext("2d");
    if (!brush) continue;
    brush.imageSmoothingQuality = "high";
    brush.drawImage(canvas, left, top, width, height, 0, 0, few.width, few.height);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small, 0, 0, few.width, few.height, left, top, width, height);
    pen.imageSmoothingEnabled = true;
  }
}

/** The frame that a video shows now, as JPEG; null while it has none. */
export async function grab(
  video: HTMLVideoElement,
  canvas: HTMLCanvasElement,
  quality: Quality,
  regions: readonly Region[],
): Promise<ArrayBuffer | null> {
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0) return null;
  const size = sentSize({ width: video.videoWidth, height: video.videoHeight }, quality.side);
  canvas.width = size.width;
  canvas.height = size.height;
  canvas.getContext("2d")?.drawImage(video, 0, 0, size.width, size.height);
  cover(canvas, regions);
  const frame = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", quality.jpeg));
  return frame?.arrayBuffer() ?? null;
}

/** Lets a video show what the camera sees. */
export function show(video: HTMLVideoElement | null, stream: MediaStream): void {
  if (video && video.srcObject !== stream) video.srcObject = stream;
}
