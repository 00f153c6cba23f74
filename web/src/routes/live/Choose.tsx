import { Camera, Clapperboard, Link2, Play, Square, VideoOff } from "lucide-react";
import { Tabs } from "radix-ui";
import { useEffect, useRef, useState } from "react";
import { media, type Terms } from "@/api/media";
import { isAbort } from "@/api/http";
import type { Medium } from "@/api/types";
import type { Region } from "@/live/regions";
import { Button } from "@/ui/Button";
import { DropZone } from "@/ui/DropZone";
import { bytes, percent } from "@/ui/format";
import { Bar, Empty, ErrorNote } from "@/ui/States";
import { Hiding } from "./Hiding";
import { Kept } from "./Kept";
import { NarrationOptions, useChoice } from "./Options";
import { Pick } from "./Pick";
import { Regions } from "./Regions";
import { LiveStage, type Picture } from "./Stage";
import { TroubleNote } from "./TroubleNote";
import type { CameraState } from "./useCamera";

const CLIPS = "video/*,image/*,.mkv,.ts,.mts,.heic,.heif,.tif,.tiff";
const SOURCES = ["camera", "file", "address"] as const;
type Source = (typeof SOURCES)[number];

/** Why no region can be drawn yet. */
function blindness(source: Source, ready: boolean, failed: boolean): string {
  if (source === "address") return "A stream is not shown here: blur regions with the verb media add.";
  if (ready && source === "file" && failed) return "This browser does not show the file: no region can be drawn on it.";
  if (ready) return "";
  return source === "camera" ? "Turn the camera on to draw on its picture." : "Choose a file to draw on it.";
}

interface ChooseProps {
  camera: CameraState;
  regions: readonly Region[];
  onRegions: (regions: readonly Region[]) => void;
  /** Something can be watched now; `picture` is what the page has of it. */
  onWatch: (medium: Medium, picture: Picture) => void;
}

function CameraSource({ camera, regions, onRegions }: Omit<ChooseProps, "onWatch">) {
  const { stream, devices, device, opening, trouble } = camera;
  const options = devices.map((one, at) => ({ value: one.deviceId, title: one.label || `Camera ${at + 1}` }));
  return (
    <>
      {stream ? (
        <LiveStage picture={{ kind: "camera", stream }} name="Camera" known={null}>
          {(place) => (
            <div className="regions-place" style={place}>
              <Regions list={regions} onChange={onRegions} />
            </div>
          )}
        </LiveStage>
      ) : (
        <div className="live-stage">
          <Empty
            icon={<VideoOff size={32} strokeWidth={1.5} aria-hidden />}
            title="The camera is off"
            action={
              <Button look="primary" disabled={opening} onClick={() => camera.open(device)}>
                <Camera size={16} aria-hidden /> {opening ? "Waiting for the browser" : "Turn the camera on"}
              </Button>
            }
          >
            You see it here first. Nothing is sent before you start.
          </Empty>
        </div>
      )}
      {trouble && <TroubleNote trouble={trouble} onRetry={() => camera.open(device)} />}
      {stream && (
        <div className="row live-under">
          {options.length > 1 && <Pick label="Camera" value={device} options={options} onPick={camera.open} />}
          <div className="grow" />
          <Button small onClick={camera.close}>
            <Square size={14} aria-hidden /> Turn it off
          </Button>
        </div>
      )}
    </>
  );
}

export interface Chosen {
  readonly file: File;
  readonly picture: Picture;
}

/** What a file is to the page; the server looks at its content. */
function pictureOf(file: File): Picture {
  const url = URL.createObjectURL(file);
  return { kind: file.type.startsWith("image/") ? "image" : "clip", url };
}

interface FileSourceProps {
  chosen: Chosen | null;
  regions: readonly Region[];
  onRegions: (regions: readonly Region[]) => void;
  onChoose: (file: File) => void;
  /** The browser cannot show it. */
  onFailed: () => void;
}

function FileSource({ chosen, regions, onRegions, onChoose, onFailed }: FileSourceProps) {
  if (!chosen) {
    return (
      <div className="live-stage open">
        <DropZone
          label="Drop a clip or a picture here"
          hint="MP4, MOV, WebM, MKV, AVI; JPEG, PNG, WebP, HEIC, TIFF and others. Known by its content."
          choose="Choose a file"
          accept={CLIPS}
          multiple={false}
          icon={<Clapperboard size={32} strokeWidth={1.5} aria-hidden />}
          onFiles={([file]) => file && onChoose(file)}
        />
      </div>
    );
  }
  return (
    <>
      <LiveStage picture={chosen.picture} name={chosen.file.name} known={null} onFailed={onFailed}>
        {(place) => (
          <div className="regions-place" style={place}>
            <Regions list={regions} onChange={onRegions} />
          </div>
        )}
      </LiveStage>
      <div className="row live-under">
        <span className="ellipsis">{chosen.file.name}</span>
        <span className="muted small">{bytes(chosen.file.size)}</span>
        <div className="grow" />
        <label className="button small another">
          Another file
          <input
            type="file"
            className="hidden-but-read"
            accept={CLIPS}
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) onChoose(file);
              event.target.value = "";
            }}
          />
        </label>
      </div>
    </>
  );
}

function AddressSource({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <div className="live-stage open address">
      <div className="field">
        <label htmlFor="address">Address of a stream or clip</label>
        <input
          id="address"
          className="input mono"
          type="url"
          placeholder="rtsp://camera.local/stream"
          value={value}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange(event.target.value)}
        />
      </div>
      <p className="small muted">
        The server reads it, from where it stands. It must be named by the setting <code>media_sources</code>; the verb{" "}
        <code>sightline narrate</code> reads any.
      </p>
    </div>
  );
}

/** One upload or opening at a time. */
function useStart(onWatch: ChooseProps["onWatch"]) {
  const [share, setShare] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const stopper = useRef<AbortController | null>(null);
  useEffect(() => () => stopper.current?.abort(), []);
  const start = (make: (signal: AbortSignal, told: (share: number) => void) => Promise<Medium>, picture: Picture) => {
    const mine = new AbortController();
    stopper.current = mine;
    setError(null);
    setShare(0);
    make(mine.signal, setShare)
      .then((medium) => onWatch(medium, picture))
      .catch((failed: unknown) => {
        if (!isAbort(failed)) setError(failed);
      })
      .finally(() => setShare(null));
  };
  return { share, error, start, stop: () => stopper.current?.abort(), forget: () => setError(null) };
}

export function Choose({ camera, regions, onRegions, onWatch }: ChooseProps) {
  const [source, setSource] = useState<Source>("camera");
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [failed, setFailed] = useState(false);
  const [address, setAddress] = useState("");
  const { faces, retention, hours } = useChoice();
  const { share, error, start, stop, forget } = useStart(onWatch);
  const terms: Terms = { faces, retention, hours, regions };
  const go = () => {
    if (source === "camera" && camera.stream) {
      // The browser covers regions before it sends a frame; the server is told too, and does so again.
      start(() => media.open("", "Camera", terms), { kind: "unseen" });
    } else if (source === "file" && chosen) {
      start((signal, told) => media.upload(chosen.file, terms, told, signal), chosen.picture);
    } else if (source === "address" && address) {
      start(() => media.open(address.trim(), "", terms), { kind: "unseen" });
    }
  };
  const ready = { camera: camera.stream !== null, file: chosen !== null, address: address.trim() !== "" }[source];
  const still = source === "file" && chosen?.picture.kind === "image";
  const busy = share !== null;
  const change = (next: Source) => {
    setSource(next);
    forget();
    onRegions([]);
    if (next !== "camera") camera.close();
  };
  return (
    <>
      <div className="live-grid">
        <Tabs.Root
          className="live-main"
          value={source}
          onValueChange={(value) => change(SOURCES.find((one) => one === value) ?? "camera")}
        >
          <Tabs.List className="tabs-list" aria-label="What to watch">
            <Tabs.Trigger className="tab" value="camera">
              <Camera size={14} aria-hidden /> Camera
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="file">
              <Clapperboard size={14} aria-hidden /> Clip or picture
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="address">
              <Link2 size={14} aria-hidden /> Address
            </Tabs.Trigger>
          </Tabs.List>
          <Tabs.Content value="camera" tabIndex={-1}>
            <CameraSource camera={camera} regions={regions} onRegions={onRegions} />
          </Tabs.Content>
          <Tabs.Content value="file" tabIndex={-1}>
            <FileSource
              chosen={chosen}
              onFailed={() => setFailed(true)}
              regions={regions}
              onRegions={onRegions}
              onChoose={(file) => {
                forget();
                onRegions([]);
                setFailed(false);
                setChosen({ file, picture: pictureOf(file) });
              }}
            />
          </Tabs.Content>
          <Tabs.Content value="address" tabIndex={-1}>
            <AddressSource value={address} onChange={setAddress} />
          </Tabs.Content>
          {error !== null && <ErrorNote error={error} />}
        </Tabs.Root>
        <aside className="live-side" aria-label="How it is watched">
          <NarrationOptions camera={source === "camera"} still={still} />
          <Hiding
            regions={regions}
            onRegions={onRegions}
            camera={source === "camera"}
            blind={blindness(source, ready, failed)}
          />
          {busy ? (
            <div className="stack" role="status">
              <Bar label="Sending" done={share} total={share > 0 ? 1 : null} />
              <div className="row">
                <span className="grow small">
                  {share < 1 ? `Sent ${percent(share, 0)}` : faces || regions.length > 0 ? "Blurring" : "Looking at it"}
                </span>
                <Button small onClick={stop}>
                  Cancel
                </Button>
              </div>
            </div>
          ) : (
            <Button look="primary" disabled={!ready} onClick={go}>
              <Play size={16} aria-hidden /> {source === "file" ? "Send and narrate" : "Start narrating"}
            </Button>
          )}
        </aside>
      </div>
      <Kept onWatch={onWatch} />
    </>
  );
}
