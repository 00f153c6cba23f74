import { Camera, Eye, EyeOff, LocateFixed, Pause, Play, Square, Trash2, Volume2, VolumeX } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Link } from "react-router";
import { mediaUrls } from "@/api/media";
import type { Medium } from "@/api/types";
import { choose } from "@/live/choice";
import { notesOf, sayingAt } from "@/live/history";
import type { Telling } from "@/live/messages";
import type { Size } from "@/live/place";
import { isRegion } from "@/live/regions";
import { Button, IconButton } from "@/ui/Button";
import { Confirm } from "@/ui/Dialog";
import { ErrorNote } from "@/ui/States";
import { Slider } from "@/ui/Slider";
import { Downloads } from "./Downloads";
import { Figures } from "./Figures";
import { useErase } from "./Kept";
import { Log } from "./Log";
import { Hidden } from "./Hiding";
import { NarrationOptions, useChoice } from "./Options";
import { Overlay } from "./Overlay";
import { CoveredRegions } from "./Regions";
import { LiveStage, type Picture } from "./Stage";
import { StandingBadge, useEnding, useLink, usePaused, useStanding } from "./Standing";
import { TroubleNote } from "./TroubleNote";
import type { CameraState } from "./useCamera";
import { useFrames } from "./useFrames";
import { useLiveKeys } from "./useLiveKeys";
import { useWatching } from "./useWatching";
import { Seen } from "./Seen";

/** A box older than this, seconds, is of another moment. */
const STALE_S = 0.8;
const STALE_LIVE_MS = 4000;

interface WatchProps {
  medium: Medium;
  picture: Picture;
  camera: CameraState;
  onLeave: () => void;
}

const sizeOf = ({ width, height }: Size): Size | null => (width > 0 && height > 0 ? { width, height } : null);

/** Shows a moment of a clip that does not run. */
function seek(video: HTMLVideoElement, seconds: number): void {
  if (video.paused) video.currentTime = seconds;
}

/** True once a live text is so old that its boxes may be somewhere else. */
function useStale(telling: Telling | null): boolean {
  const [old, setOld] = useState<number | null>(null);
  const id = telling?.id ?? null;
  useEffect(() => {
    const timer = setTimeout(() => setOld(id), STALE_LIVE_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return id !== null && old === id;
}

export function Watch({ medium, picture, camera, onLeave }: WatchProps) {
  const watching = useWatching(medium);
  const { socket } = watching;
  const video = useRef<HTMLVideoElement>(null);
  const [time, setTime] = useState(0);
  const [follow, setFollow] = useState(true);
  const [asking, setAsking] = useState(false);
  const texts = useSyncExternalStore(watching.texts.subscribe, watching.texts.get);
  const link = useLink(socket);
  const standing = useStanding(socket);
  const paused = usePaused(socket);
  const ending = useEnding(socket);
  const [expired, setExpired] = useState<number | null>(null);
  const [blind, setBlind] = useState(false);
  const { overlay, opacity, voice } = useChoice();
  const regions = medium.blur.regions.filter(isRegion);
  const erase = useErase(onLeave);
  const clip = picture.kind === "clip";
  const live = medium.kind === "camera" || medium.kind === "stream";
  const ours = medium.kind === "camera" && camera.stream !== null;
  useFrames(watching, video, ours, regions);

  const newest = texts.findLast(({ kind }) => kind === "text") ?? null;
  const at = blind && follow ? (newest?.timeS ?? 0) : time;
  const shown = clip ? sayingAt(texts, at) : newest;
  const late = useStale(live ? newest : null);
  const stale = clip ? shown !== null && Math.abs(at - shown.timeS) > STALE_S : late;

  // A clip that stands still shows the moment that was told last.
  useEffect(() => {
    if (clip && follow && newest && !blind && video.current) seek(video.current, newest.timeS);
  }, [clip, follow, newest, blind]);

  const over = link.at === "done" || link.at === "stopped";
  // Its light goes out with the narration.
  const { close } = camera;
  useEffect(() => {
    if (link.at === "done") close();
  }, [link.at, close]);

  const pause = () => {
    if (!over && !ending) socket.pause(!paused);
  };
  // Asked twice, or with nothing to wait for, it leaves at once.
  const stop = () => {
    if (over || ending || !socket.conclude()) onLeave();
  };
  const go = (telling: Telling) => {
    setFollow(false);
    setTime(telling.timeS);
    video.current?.pause();
    if (video.current) seek(video.current, telling.timeS);
  };
  useLiveKeys((action) => {
    if (action === "pause") pause();
    else if (action === "voice") choose({ voice: !voice });
    else if (action === "overlay") choose({ overlay: !overlay });
    else if (action === "follow") setFollow((on) => !on);
    else stop();
  });

  const notes = notesOf(texts, standing?.notes);
  const why = link.at === "waiting" || link.at === "stopped" ? link.why : null;
  const known = sizeOf(medium.facts) ?? (shown && sizeOf(shown));
  // What the browser cannot play, the server shows frame by frame.
  const instead: Picture = { kind: "image", url: mediaUrls.still(medium.media_id, clip ? at : 0) };
  const off = medium.kind === "camera" && (over || camera.trouble !== null);
  const kept: Picture = off ? { kind: "unseen", why: "The camera is off." } : picture;
  const seen: Picture = ours ? { kind: "camera", stream: camera.stream } : blind ? instead : kept;
  return (
    <>
      <div className="live-bar">
        <span className="live-name ellipsis" title={medium.name}>
          {medium.name}
        </span>
        <StandingBadge socket={socket} />
        <Hidden blur={medium.blur} />
        <div className="grow" />
        {!over && !ending && (
          <Button onClick={pause} aria-keyshortcuts="p">
            {paused ? <Play size={16} aria-hidden /> : <Pause size={16} aria-hidden />} {paused ? "Go on" : "Pause"}
          </Button>
        )}
        <Button look={over ? "primary" : "plain"} onClick={stop} aria-keyshortcuts="s">
          <Square size={14} aria-hidden /> {over || ending ? "Watch something else" : "Stop"}
        </Button>
        <Downloads medium={medium} any={texts.length > 0} />
        <IconButton label="Erase now" onClick={() => setAsking(true)}>
          <Trash2 size={16} aria-hidden />
        </IconButton>
      </div>
      <div className="live-grid watching">
        <div className="live-main">
          <LiveStage
            picture={seen}
            name={medium.name}
            known={known}
            video={video}
            onTime={setTime}
            onFailed={() => setBlind(true)}
          >
            {(place) => (
              <>
                {overlay && shown && (
                  <Overlay saying={shown} place={place} opacity={opacity} stale={stale} onGone={setExpired} />
                )}
                {regions.length > 0 && (
                  <div className="regions-place" style={place}>
                    <CoveredRegions list={regions} />
                  </div>
                )}
              </>
            )}
          </LiveStage>
          <div className="row live-under">
            <Button small aria-pressed={overlay} aria-keyshortcuts="o" onClick={() => choose({ overlay: !overlay })}>
              {overlay ? <Eye size={14} aria-hidden /> : <EyeOff size={14} aria-hidden />} What was seen
            </Button>
            <div className="live-opacity">
              <Slider
                name="Strength"
                value={opacity}
                shown={`${Math.round(opacity * 100)} %`}
                min={0}
                max={1}
                step={0.05}
                onChange={(value) => choose({ opacity: value })}
              />
            </div>
            <div className="grow" />
            {medium.kind === "camera" && !over && !ours && (
              <Button small disabled={camera.opening} onClick={() => camera.open(camera.device)}>
                <Camera size={14} aria-hidden /> Send this camera’s picture
              </Button>
            )}
            {clip && (
              <Button small aria-pressed={follow} aria-keyshortcuts="f" onClick={() => setFollow(!follow)}>
                <LocateFixed size={14} aria-hidden /> Follow
              </Button>
            )}
          </div>
          <Seen telling={shown} stale={stale} expired={shown !== null && shown.id === expired} />
        </div>
        <aside className="live-side" aria-label="Narration">
          {why && (
            <TroubleNote
              trouble={why}
              tone={why.then === "stop" ? "bad" : "warn"}
              onRetry={() => (why.then === "stop" ? socket.start() : socket.retryNow())}
              retry={why.then === "stop" ? "Start again" : "Now"}
            >
              {why.model && <Link to="/models">Go to Models</Link>}
            </TroubleNote>
          )}
          {medium.kind === "camera" && camera.trouble && (
            <TroubleNote trouble={camera.trouble} onRetry={() => camera.open(camera.device)} />
          )}
          {standing?.trouble && (
            <TroubleNote trouble={{ title: standing.trouble.message, hint: standing.trouble.hint }} tone="warn" />
          )}
          {notes.map((note) => (
            <p key={note} className="note warn small" role="status">
              {note}
            </p>
          ))}
          <Log
            watching={watching}
            shown={clip ? shown : null}
            waiting={over ? "Nothing was told." : "The first text comes as soon as something was seen."}
            onGo={clip ? go : null}
          />
          <Figures watching={watching} />
          <details className="live-more">
            <summary>How it is watched</summary>
            <NarrationOptions camera={ours} still={medium.kind === "image"} />
          </details>
          <Button
            aria-pressed={voice}
            aria-keyshortcuts="v"
            disabled={!watching.speaks}
            onClick={() => choose({ voice: !voice })}
          >
            {voice ? <Volume2 size={16} aria-hidden /> : <VolumeX size={16} aria-hidden />}{" "}
            {!watching.speaks ? "This browser cannot speak" : voice ? "Speaking" : "Speak"}
          </Button>
        </aside>
      </div>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={`Erase ${medium.name}?`}
        about="The narration ends; the file, the texts and the overlays are erased at once. Nothing brings them back."
        action="Erase"
        busy={erase.isPending}
        error={erase.error && <ErrorNote error={erase.error} />}
        onConfirm={() => erase.mutate([medium.media_id])}
      />
    </>
  );
}
