import { useCallback, useEffect, useRef, useState } from "react";
import { cameras, hasCameras, NOT_SECURE, openCamera, troubleOf, type Trouble } from "@/live/camera";

export interface CameraState {
  readonly stream: MediaStream | null;
  readonly devices: readonly MediaDeviceInfo[];
  readonly device: string;
  readonly opening: boolean;
  readonly trouble: Trouble | null;
  readonly open: (device?: string) => void;
  readonly close: () => void;
}

const LOST: Trouble = {
  title: "The camera was lost.",
  hint: "It was unplugged, or another program took it. Plug it in and turn it on again.",
};

const stopAll = (stream: MediaStream | null) => stream?.getTracks().forEach((track) => track.stop());

/** One camera at a time; its light goes out when the page is left. */
export function useCamera(): CameraState {
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([]);
  const [device, setDevice] = useState("");
  const [opening, setOpening] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const now = useRef<MediaStream | null>(null);
  const asked = useRef(0);

  const hold = useCallback((next: MediaStream | null) => {
    if (now.current !== next) stopAll(now.current);
    now.current = next;
    setStream(next);
  }, []);

  const open = useCallback(
    (wanted = "") => {
      if (!hasCameras()) {
        setTrouble(NOT_SECURE);
        return;
      }
      const mine = (asked.current += 1);
      setOpening(true);
      setTrouble(null);
      openCamera(wanted)
        .then(async (found) => {
          if (mine !== asked.current) {
            stopAll(found);
            return;
          }
          const track = found.getVideoTracks()[0];
          track?.addEventListener("ended", () => {
            if (now.current !== found) return;
            hold(null);
            setTrouble(LOST);
          });
          hold(found);
          setDevice(track?.getSettings().deviceId ?? wanted);
          setDevices(await cameras());
        })
        .catch((error: unknown) => {
          if (mine !== asked.current) return;
          hold(null);
          setTrouble(troubleOf(error));
        })
        .finally(() => {
          if (mine === asked.current) setOpening(false);
        });
    },
    [hold],
  );

  const close = useCallback(() => {
    asked.current += 1;
    setOpening(false);
    setTrouble(null);
    hold(null);
  }, [hold]);

  useEffect(() => close, [close]);
  return { stream, devices, device, opening, trouble, open, close };
}
