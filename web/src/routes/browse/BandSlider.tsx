import { Slider } from "radix-ui";
import { useEffect, useRef, useState } from "react";

interface BandSliderProps {
  /** Probabilities from and to, 0 to 1. */
  band: readonly [number, number];
  /** What it is a band of. */
  what?: string;
  least?: number;
  onBand: (band: [number, number]) => void;
}

/** Of the whole range. */
const STEPS = 100;
/** A hand that is still moving asks for nothing, ms. */
const REST_MS = 250;

const percent = (value: number): number => Number((value * 100).toFixed(1));
const percents = ([low, high]: readonly [number, number]) => `${percent(low)} – ${percent(high)} %`;

/** From one probability to another, by two thumbs. */
export function BandSlider({ band, what = "Probability", least = 0, onBand }: BandSliderProps) {
  const [moving, setMoving] = useState<{ band: readonly [number, number]; sent: boolean } | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const latest = useRef(onBand);
  useEffect(() => {
    latest.current = onBand;
  }, [onBand]);
  // What is asked for comes back a moment later; until then the thumbs stay where the hand left them.
  const now = band.join();
  const [before, setBefore] = useState(now);
  if (now !== before) {
    setBefore(now);
    if (moving?.sent) setMoving(null);
  }
  const [low, high] = moving?.band ?? band;
  return (
    <div className="band-slider">
      <Slider.Root
        className="slider"
        min={least}
        max={1}
        step={round((1 - least) / STEPS)}
        minStepsBetweenThumbs={1}
        value={[low, high]}
        onValueChange={([from = 0, to = 1]) => setMoving({ band: [round(from), round(to)], sent: false })}
        onValueCommit={([from = 0, to = 1]) => {
          clearTimeout(timer.current);
          timer.current = setTimeout(() => {
            setMoving((last) => last && { ...last, sent: true });
            latest.current([round(from), round(to)]);
          }, REST_MS);
        }}
      >
        <Slider.Track className="slider-track">
          <Slider.Range className="slider-range" />
        </Slider.Track>
        <Slider.Thumb className="slider-thumb" aria-label={`${what} from`} aria-valuetext={`${percent(low)} %`} />
        <Slider.Thumb className="slider-thumb" aria-label={`${what} to`} aria-valuetext={`${percent(high)} %`} />
      </Slider.Root>
      <output className="small num">{percents([low, high])}</output>
    </div>
  );
}

const round = (value: number): number => Number(value.toFixed(4));
