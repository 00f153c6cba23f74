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
  const [moving, setMoving] = useState<readonly [number, number] | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const [low, high] = moving ?? band;
  return (
    <div className="band-slider">
      <Slider.Root
        className="slider"
        min={least}
        max={1}
        step={round((1 - least) / STEPS)}
        minStepsBetweenThumbs={1}
        value={[low, high]}
        onValueChange={([from = 0, to = 1]) => setMoving([round(from), round(to)])}
        onValueCommit={([from = 0, to = 1]) => {
          clearTimeout(timer.current);
          timer.current = setTimeout(() => {
            setMoving(null);
            onBand([round(from), round(to)]);
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
