import { EyeOff, ImageOff } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode, type RefObject, type SyntheticEvent } from "react";
import { show } from "@/live/camera";
import type { Size } from "@/live/place";
import { useFitted } from "./useFitted";

/** What the page itself can show of what is watched. */
export type Picture =
  | { readonly kind: "camera"; readonly stream: MediaStream }
  | { readonly kind: "clip" | "image"; readonly url: string }
  /** Another tab's camera, or a stream that only the server sees. */
  | { readonly kind: "unseen"; readonly why?: string };

interface StageProps {
  picture: Picture;
  name: string;
  /** Size of the frames where it is known already. */
  known: Size | null;
  video?: RefObject<HTMLVideoElement | null>;
  onTime?: (seconds: number) => void;
  /** The browser cannot show it. */
  onFailed?: () => void;
  /** Laid over the picture, exactly. */
  children?: (place: { left: number; top: number; width: number; height: number }) => ReactNode;
}

interface CameraProps {
  stream: MediaStream;
  video: RefObject<HTMLVideoElement | null>;
  onSize: OnSize;
}

function Camera({ stream, video, onSize }: CameraProps) {
  useEffect(() => {
    show(video.current, stream);
  }, [stream, video]);
  const measure = ({ currentTarget: { videoWidth, videoHeight } }: SyntheticEvent<HTMLVideoElement>) =>
    onSize({ width: videoWidth, height: videoHeight });
  return (
    <video
      ref={video}
      className="stage-media"
      aria-label="What the camera sees"
      autoPlay
      muted
      playsInline
      onResize={measure}
      onLoadedMetadata={measure}
    />
  );
}

type OnSize = (size: Size) => void;

/** The picture, whole and as large as there is room, with what was seen laid over it. */
export function LiveStage({ picture, name, known, video, onTime, onFailed, children }: StageProps) {
  const room = useRef<HTMLDivElement>(null);
  const own = useRef<HTMLVideoElement>(null);
  const [size, setSize] = useState<Size | null>(null);
  const [failed, setFailed] = useState("");
  const key = picture.kind === "clip" || picture.kind === "image" ? picture.url : picture.kind;
  const place = useFitted(room, size ?? known);
  const fail = () => {
    setFailed(key);
    onFailed?.();
  };
  const unseen = picture.kind === "unseen" || failed === key;
  return (
    <div className="live-stage" ref={room}>
      {picture.kind === "camera" && <Camera stream={picture.stream} video={video ?? own} onSize={setSize} />}
      {picture.kind === "clip" && !unseen && (
        // A clip comes without subtitles: the narration beside it is its text.
        <video
          key={key}
          ref={video ?? own}
          className="stage-media"
          src={picture.url}
          aria-label={name}
          muted
          playsInline
          controls
          preload="auto"
          onLoadedMetadata={({ currentTarget: { videoWidth, videoHeight } }) => {
            if (videoWidth > 0) setSize({ width: videoWidth, height: videoHeight });
            else fail();
          }}
          onTimeUpdate={({ currentTarget }) => onTime?.(currentTarget.currentTime)}
          onSeeked={({ currentTarget }) => onTime?.(currentTarget.currentTime)}
          onError={fail}
        />
      )}
      {picture.kind === "image" && !unseen && (
        <img
          className="stage-media"
          src={picture.url}
          alt={name}
          draggable={false}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setSize({ width: naturalWidth, height: naturalHeight })
          }
          onError={fail}
        />
      )}
      {unseen && (
        <p className="stage-unseen">
          {picture.kind === "unseen" ? <EyeOff size={24} aria-hidden /> : <ImageOff size={24} aria-hidden />}
          {picture.kind === "unseen"
            ? (picture.why ?? "The picture itself is not shown here; what was seen in it is.")
            : "This browser cannot show the file. It is narrated all the same."}
        </p>
      )}
      {place && children?.(place)}
    </div>
  );
}
