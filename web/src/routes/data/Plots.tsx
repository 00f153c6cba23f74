import type { Analysis } from "@/api/types";
import { Histogram } from "@/plot/Histogram";
import { Matrix } from "@/plot/Matrix";
import { SizePlot, type Size } from "@/plot/SizePlot";
import { bytes, count, fixed } from "@/ui/format";

const KINDS: Readonly<Record<string, string>> = {
  colour: "Colour",
  grey: "Grey",
  palette: "Palette",
  alpha: "With transparency",
  cmyk: "CMYK",
  deep: "More than 8 bits",
};
const FORMATS: Readonly<Record<string, string>> = { WEBP: "WebP", JPEG2000: "JPEG 2000" };
/** Width by height as people say it. */
const aspect = (edge: number): string => (edge >= 1 ? `${Number(edge.toFixed(1))}:1` : `1:${(1 / edge).toFixed(1)}`);

function Sizes({ shapes }: Pick<Analysis, "shapes">) {
  const { short, megapixels } = shapes;
  return (
    <section className="data-card" aria-labelledby="sizes-title">
      <h2 id="sizes-title">Sizes</h2>
      {short && megapixels && (
        <p className="muted small">
          The shorter side of the middle picture has {count(short.median)} pixels, of nine in ten {count(short.p5)} to{" "}
          {count(short.p95)}; {fixed(megapixels.median, 1)} megapixels; {bytes(shapes.bytes ?? 0)} in all.
        </p>
      )}
      <SizePlot sizes={shapes.points as unknown as readonly Size[]} />
    </section>
  );
}

function Counted({
  title,
  rows,
  names,
}: {
  title: string;
  rows: readonly { name: string; count: number }[];
  names: Readonly<Record<string, string>>;
}) {
  return (
    <table className="counted">
      <caption>{title}</caption>
      <tbody>
        {rows.map((one) => (
          <tr key={one.name}>
            <th scope="row">{names[one.name] ?? one.name}</th>
            <td className="num">{count(one.count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What the looks at the pictures came to. */
export function Plots({ about }: { about: Analysis }) {
  const { shapes, light, together } = about;
  return (
    <>
      {together && together.names.length > 1 && (
        <section className="data-card wide" aria-labelledby="together-title">
          <h2 id="together-title">Tags that go together</h2>
          <p className="muted small">
            Pictures that have both; the stronger a cell, the larger its share of its row. {fixed(together.mean, 1)}{" "}
            tags a picture.
          </p>
          <Matrix names={together.names} rows={together.matrix} caption="Pictures that have both tags" />
        </section>
      )}
      {about.looked_at > 0 && (
        <div className="data-plots">
          <Sizes shapes={shapes} />
          <section className="data-card" aria-labelledby="form-title">
            <h2 id="form-title">Form</h2>
            <h3>Width by height</h3>
            <Histogram data={shapes.aspect} name="width by height" width={460} show={aspect} />
            <div className="data-pair">
              <Counted title="Formats" rows={shapes.formats} names={FORMATS} />
              <Counted title="Pixels" rows={shapes.kinds} names={KINDS} />
            </div>
          </section>
          <section className="data-card" aria-labelledby="light-title">
            <h2 id="light-title">Light</h2>
            <div className="data-pair">
              <div>
                <h3>Brightness, black to white</h3>
                <Histogram data={light.brightness} name="brightness" />
              </div>
              <div>
                <h3>Colour, none to pure</h3>
                <Histogram data={light.saturation} name="strength of colour" />
              </div>
            </div>
          </section>
          <section className="data-card" aria-labelledby="sharp-title">
            <h2 id="sharp-title">Clarity</h2>
            <div className="data-pair">
              <div>
                <h3>Contrast, flat to hard</h3>
                <Histogram data={light.contrast} name="contrast" />
              </div>
              <div>
                <h3>Sharpness, powers of ten</h3>
                <Histogram data={light.sharpness} name="sharpness (log10 of the variance of the Laplacian)" />
              </div>
            </div>
          </section>
        </div>
      )}
    </>
  );
}
