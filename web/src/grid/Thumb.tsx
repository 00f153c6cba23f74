import { ImageOff } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { urls } from "@/api/calls";
import { drawn, thumbs } from "@/app/services";
import "./thumb.css";

type State = { src: string | null; failed: boolean };

/** A thumbnail by way of the cancelling loader. */
export function Thumb({ id, px = 256, alt = "" }: { id: number; px?: number; alt?: string }) {
  return <Picture url={urls.thumb(id, px)} alt={alt} />;
}

/** Any small picture of the server's, by the same way. The address has a query already. */
export function Picture({ url: asked, alt = "" }: { url: string; alt?: string }) {
  const turn = useSyncExternalStore(drawn.subscribe, drawn.get);
  const url = turn ? `${asked}&drawn=${turn}` : asked;
  const [state, setState] = useState<State & { url: string }>(() => ({
    url,
    src: thumbs.peek(url) ?? null,
    failed: false,
  }));

  useEffect(
    () =>
      thumbs.want(url, (outcome) =>
        setState(
          outcome.kind === "shown" ? { url, src: outcome.src, failed: false } : { url, src: null, failed: true },
        ),
      ),
    [url],
  );

  const now = state.url === url ? state : { src: thumbs.peek(url) ?? null, failed: false };
  if (now.failed) {
    return (
      <span className="thumb failed" role="img" aria-label={`${alt || "Picture"}: cannot be shown`}>
        <ImageOff size={20} aria-hidden />
      </span>
    );
  }
  if (!now.src) return <span className="thumb waiting" />;
  return <img className="thumb" src={now.src} alt={alt} draggable={false} decoding="async" />;
}
