import { useLayoutEffect, useState, type RefObject } from "react";
import { contained, type Place, type Size } from "@/live/place";

/** Where a picture lies in an element that shows it whole; follows the element's size. */
export function useFitted(ref: RefObject<HTMLElement | null>, picture: Size | null): Place | null {
  const [room, setRoom] = useState<Size | null>(null);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => setRoom({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return room && picture && picture.width > 0 ? contained(picture, room) : null;
}
