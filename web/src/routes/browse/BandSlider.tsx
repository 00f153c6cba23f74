import { Slider } from "radix-ui";
import { useEffect, useRef, useState } from "react";

interface BandSliderProps {
  /** Probabilities from and to, 0 to 1. */
  band: readonly [number, number];
  onBand: (band: [number, number]) => void;
}

const STEP = 0.01;
/** A hand that is still moving asks for nothing, ms. */
const REST_MS = 250;

const percents = ([low, high]: readonly [number, number]) => `${Math.round(low * 100)} – ${Math.round(high * 100)} %`;

/** From one probability to another, by two thumbs. */
export function BandSlider({ band, onBand }: BandSliderProps) {
  const [moving, setMoving] = useState<readonly [number, number] | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const [low, high] = moving ?? band;
  return (
    <div className="band-slider">
      <Slider.Root
        className="slider"
        min={0}
        max={1}
        step={STEP}
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
        <Slider.Thumb
          className="slider-thumb"
          aria-label="Probability from"
          aria-valuetext={`${Math.round(low * 100)} %`}
        />
        <Slider.Thumb
          className="slider-thumb"
          aria-label="Probability to"
          aria-valuetext={`${Math.round(high * 100)} %`}
        />
      </Slider.Root>
      <output className="small num">{percents([low, high])}</output>
    </div>
  );
}

const round = (value: number): number => Number(value.toFixed(4));
