import { Refused } from "./ask";
import { make } from "./make";

const WHY: Readonly<Record<string, string>> = {
  NotAllowedError: "The browser does not allow the camera.",
  NotFoundError: "There is no camera.",
  NotReadableError: "Another program has the camera.",
};

/** Shows the camera in `stage`; each press of the button takes a picture. Another picture ends it. */
export async function openCamera(stage: HTMLElement, onPicture: (file: File) => void): Promise<void> {
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    throw new Refused(WHY[name] ?? "The camera cannot be used.", 0, "Choose a picture instead.");
  }
  const video = make("video", { playsinline: true, muted: true, "aria-label": "Camera" });
  video.muted = true;
  video.srcObject = stream;
  const stop = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  const shoot = make("button", { class: "primary" }, "Take the picture");
  shoot.addEventListener("click", () => {
    void frameOf(video).then((file) => {
      stop();
      onPicture(file);
    });
  });
  const cancel = make("button", {}, "Close the camera");
  cancel.addEventListener("click", () => {
    stop();
    stage.replaceChildren(make("p", { class: "invite" }, "The camera is closed."));
  });
  stage.replaceChildren(video, make("div", { class: "row" }, shoot, cancel));
  new MutationObserver((_, observer) => {
    if (stage.contains(video)) return;
    stop();
    observer.disconnect();
  }).observe(stage, { childList: true });
  await video.play();
  shoot.focus();
}

async function frameOf(video: HTMLVideoElement): Promise<File> {
  const canvas = make("canvas", { width: String(video.videoWidth), height: String(video.videoHeight) });
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.92));
  return new File(blob ? [blob] : [], "camera.jpg", { type: "image/jpeg" });
}
