import {
  about,
  answer,
  best,
  curl,
  percent,
  places,
  Refused,
  spoken,
  type About,
  type Answer,
  type Heat,
  type Server,
} from "./ask";
import { drawBoxes, hue } from "./boxes";
import { openCamera } from "./camera";
import { drawHeat } from "./heat";
import { make } from "./make";

const KEY = "sightline.demo.key";
const PICTURES = "image/*,.tif,.tiff,.fits,.fit,.heic,.heif";

const stored = {
  read: (): string => {
    try {
      return sessionStorage.getItem(KEY) ?? "";
    } catch {
      return "";
    }
  },
  write: (key: string): void => {
    try {
      sessionStorage.setItem(KEY, key);
    } catch {
      // Then it holds as long as the page is open.
    }
  },
};

/** One page for one model: a picture in, its answer beside it. */
export class Demo {
  private readonly place: { readonly about: string; readonly answer: string };
  private readonly stage = make("div", { class: "stage" });
  private readonly side = make("section", { class: "side", "aria-label": "Answer" });
  private readonly status = make("p", { class: "hidden-but-read", role: "status" });
  private key = stored.read();
  /** Whether the server has asked for a key. */
  private keyed = this.key !== "";
  private asked = 0;
  private shown = "";
  private last: File | null = null;
  /** Of the map over the picture, percent. */
  private opacity = 50;

  constructor(
    private readonly root: HTMLElement,
    private readonly server: Server,
    private readonly model: string,
  ) {
    this.place = places(server, model);
  }

  /** Asks what the model is, and shows the page. */
  async start(): Promise<void> {
    document.title = `${this.model} · Sightline`;
    try {
      this.lay(await about(this.place.about, this.key));
    } catch (error) {
      if (error instanceof Refused && error.status === 401) this.askForKey();
      else
        this.root.replaceChildren(
          this.head(),
          this.fault(error, () => void this.start()),
        );
    }
  }

  private head(told?: About): HTMLElement {
    const many = told?.classes.length ?? 0;
    const kind = told && `${told.kind}, ${many} ${many === 1 ? "class" : "classes"}`;
    const parts: Node[] = [make("h1", {}, this.model)];
    if (kind) parts.push(make("span", { class: "muted" }, kind));
    if (told?.precision && told.precision !== "float32") parts.push(make("span", { class: "badge" }, told.precision));
    if (told?.forced) parts.push(make("span", { class: "badge warn" }, "lost more than its limit"));
    return make("header", {}, ...parts);
  }

  private askForKey(): void {
    const field = make("input", {
      type: "password",
      id: "key",
      autocomplete: "off",
      required: true,
      "aria-describedby": "key-about",
    });
    const form = make(
      "form",
      {
        class: "key",
        onsubmit: (event) => {
          event.preventDefault();
          this.key = field.value.trim();
          this.keyed = true;
          stored.write(this.key);
          void this.start();
        },
      },
      make("label", { for: "key" }, "Key"),
      field,
      make("button", { class: "primary" }, "Go on"),
      make(
        "p",
        { id: "key-about", class: "muted" },
        "This server asks for a key. It is kept until you close this tab.",
      ),
    );
    const wrong = this.key === "" ? [] : [make("p", { class: "fault", role: "alert" }, "The key is not known here.")];
    this.root.replaceChildren(this.head(), ...wrong, form);
    field.focus();
  }

  private lay(told: About): void {
    const input = make("input", { type: "file", accept: PICTURES, hidden: true, "aria-label": "Picture" });
    input.addEventListener("change", () => {
      this.take(input.files);
      input.value = "";
    });
    const choose = make("button", { class: "primary", onclick: () => input.click() }, "Choose a picture");
    const camera = make("button", { onclick: () => void this.photograph(camera) }, "Camera");
    if (!("mediaDevices" in navigator)) camera.hidden = true;
    this.stage.replaceChildren(
      make("p", { class: "invite" }, "Drop a picture here, paste one, or choose one. It is answered and not kept."),
    );
    this.side.replaceChildren(make("p", { class: "muted" }, "The answer appears here."));
    const well = make("div", { class: "well" }, this.stage, make("div", { class: "row" }, choose, camera), input);
    this.root.replaceChildren(this.head(told), make("div", { class: "columns" }, well, this.side), this.status);
    this.listen(well);
  }

  private listen(well: HTMLElement): void {
    const over = (is: boolean) => well.classList.toggle("over", is);
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      over(true);
    });
    document.addEventListener("dragleave", (event) => event.relatedTarget === null && over(false));
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      this.take(event.dataTransfer?.files ?? null);
    });
    document.addEventListener("paste", (event) => this.take(event.clipboardData?.files ?? null));
  }

  private take(files: FileList | null): void {
    const file = files?.[0];
    if (file) void this.ask(file);
  }

  private async photograph(button: HTMLButtonElement): Promise<void> {
    button.disabled = true;
    try {
      await openCamera(this.stage, (file) => void this.ask(file));
    } catch (error) {
      this.side.replaceChildren(this.fault(error));
    } finally {
      button.disabled = false;
    }
  }

  private async ask(file: File): Promise<void> {
    const mine = ++this.asked;
    this.last = file;
    this.show(file);
    this.side.setAttribute("aria-busy", "true");
    const began = performance.now();
    try {
      const found = await answer(this.place.answer, this.key, file);
      if (mine !== this.asked) return;
      this.tell(found, file, performance.now() - began);
    } catch (error) {
      if (mine !== this.asked) return;
      if (error instanceof Refused && error.status === 401) this.askForKey();
      else this.side.replaceChildren(this.fault(error, () => this.last && void this.ask(this.last)));
    } finally {
      if (mine === this.asked) this.side.removeAttribute("aria-busy");
    }
  }

  private show(file: File): void {
    URL.revokeObjectURL(this.shown);
    this.shown = URL.createObjectURL(file);
    const image = make("img", { src: this.shown, alt: file.name });
    image.addEventListener("error", () =>
      image.replaceWith(make("p", { class: "invite" }, `${file.name}: this browser does not show it; the server may.`)),
    );
    this.stage.replaceChildren(make("div", { class: "picture" }, image));
  }

  private tell(found: Answer, file: File, ms: number): void {
    const parts: Node[] = found.objects ? this.objects(found) : this.classes(found);
    parts.push(
      make("p", { class: "muted small" }, `${found.ms.toFixed(0)} ms in the server, ${ms.toFixed(0)} ms in all`),
      this.line(file),
    );
    this.side.replaceChildren(...parts);
    this.status.textContent = spoken(found);
  }

  private classes(found: Answer): Node[] {
    const head = found.tags
      ? make("p", { class: "answer" }, found.tags.join(", ") || "None of its tags")
      : make("p", { class: "answer" }, make("b", {}, found.label ?? ""), ` ${percent(found.probability ?? 0)}`);
    const rows = best(found).map(([name, p]) => {
      const bar = make("span", { class: "bar", "aria-hidden": "true" }, make("span"));
      bar.querySelector("span")?.style.setProperty("width", `${p * 100}%`);
      const said = found.tags ? found.tags.includes(name) : name === found.label;
      return make("li", said ? { class: "said" } : {}, make("span", { class: "name" }, name), bar, percent(p));
    });
    const bars = make("ol", { class: "bars", "aria-label": "Probabilities" }, ...rows);
    return found.heat ? [head, bars, this.heat(found.heat)] : [head, bars];
  }

  /** Lays the map over the picture; returns what sets how much of it is seen. */
  private heat(map: Heat): HTMLElement {
    const canvas = drawHeat(map);
    const slider = make("input", { type: "range", id: "opacity", min: "0", max: "100", value: String(this.opacity) });
    const apply = () => {
      this.opacity = Number(slider.value);
      canvas.style.opacity = String(this.opacity / 100);
    };
    slider.addEventListener("input", apply);
    apply();
    this.stage.querySelector(".picture")?.append(canvas);
    return make("div", { class: "opacity" }, make("label", { for: "opacity" }, "Where it looked"), slider);
  }

  private objects(found: Answer): Node[] {
    const objects = found.objects ?? [];
    this.stage.querySelector(".picture")?.append(drawBoxes(objects, found.width ?? 1, found.height ?? 1));
    const names = [...new Set(objects.map((one) => one.label))];
    const rows = objects.map(({ label, score }) => {
      const dot = make("span", { class: "dot", "aria-hidden": "true" });
      dot.style.setProperty("background", `hsl(${hue(names.indexOf(label))} 90% 62%)`);
      return make("li", {}, make("span", { class: "name" }, dot, label), percent(score));
    });
    const count = objects.length === 1 ? "1 object" : `${objects.length} objects`;
    return [
      make("p", { class: "answer" }, make("b", {}, objects.length === 0 ? "Nothing found" : count)),
      make("ol", { class: "bars", "aria-label": "Objects" }, ...rows),
    ];
  }

  private line(file: File): HTMLElement {
    const text = curl(
      location.origin,
      this.place.answer,
      file.name || "photo.jpg",
      this.keyed && this.server === "serve",
    );
    const copy = make(
      "button",
      {
        class: "small",
        onclick: () => {
          void navigator.clipboard.writeText(text).then(() => (copy.textContent = "Copied"));
        },
      },
      "Copy",
    );
    return make(
      "details",
      {},
      make("summary", {}, "The same in a terminal"),
      make("pre", { tabindex: "0", "aria-label": "Command" }, text),
      copy,
    );
  }

  private fault(error: unknown, again?: () => unknown): HTMLElement {
    const message = error instanceof Error ? error.message : String(error);
    const hint = error instanceof Refused ? error.hint : "";
    const box = make("div", { class: "fault", role: "alert" }, make("b", {}, sentence(message)));
    if (hint) box.append(make("p", {}, sentence(hint)));
    if (again) box.append(make("button", { onclick: () => void again() }, "Try again"));
    return box;
  }
}

const sentence = (text: string): string => {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`;
};
