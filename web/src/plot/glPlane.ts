import { drawingOrder, pointOpacity, pointPx, type Frame, type Paint, type Plane, type Size } from "./plane";

const VERTEX = `#version 300 es
in float x;
in float y;
in vec4 colour;
uniform vec2 scale;
uniform vec2 shift;
uniform mediump float size;
out vec4 shade;
void main() {
  gl_Position = vec4(vec2(x, y) * scale + shift, 0.0, 1.0);
  gl_PointSize = size;
  shade = vec4(colour.rgb * colour.a, colour.a);
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 shade;
uniform mediump float size;
out vec4 pixel;
void main() {
  float off = length(gl_PointCoord - 0.5) * size;
  pixel = shade * clamp(0.5 * size - off + 0.5, 0.0, 1.0);
}`;

/** How much of its opacity a point keeps while others are chosen. */
const FAINT = 0.18;

interface Drawing {
  readonly uniform: (name: string) => WebGLUniformLocation | null;
  readonly x: WebGLBuffer;
  readonly y: WebGLBuffer;
  readonly colour: WebGLBuffer;
  readonly order: WebGLBuffer;
}

function shader(gl: WebGL2RenderingContext, kind: number, source: string): WebGLShader {
  const made = gl.createShader(kind);
  if (!made) throw new Error("WebGL makes no shader");
  gl.shaderSource(made, source);
  gl.compileShader(made);
  if (!gl.getShaderParameter(made, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(made) ?? "shader");
  return made;
}

function prepare(gl: WebGL2RenderingContext): Drawing {
  const program = gl.createProgram();
  gl.attachShader(program, shader(gl, gl.VERTEX_SHADER, VERTEX));
  gl.attachShader(program, shader(gl, gl.FRAGMENT_SHADER, FRAGMENT));
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? "program");
  gl.useProgram(program);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  const attribute = (name: string, length: number, kind: number, normalised: boolean) => {
    const buffer = gl.createBuffer();
    const at = gl.getAttribLocation(program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, length, kind, normalised, 0, 0);
    return buffer;
  };
  const drawing = {
    uniform: (name: string) => gl.getUniformLocation(program, name),
    x: attribute("x", 1, gl.FLOAT, false),
    y: attribute("y", 1, gl.FLOAT, false),
    colour: attribute("colour", 4, gl.UNSIGNED_BYTE, true),
    order: gl.createBuffer(),
  };
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, drawing.order);
  return drawing;
}

/** `#rrggbb` as three bytes. */
const bytesOf = (hex: string): readonly number[] => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) || 0);

/** Points drawn by the graphics card. */
class GlPlane implements Plane {
  private drawing: Drawing;
  private size: Size = { width: 1, height: 1 };
  private frame: Frame = { scale: 1, dx: 0, dy: 0 };
  private x: Float32Array = new Float32Array(0);
  private y: Float32Array = new Float32Array(0);
  private paint: Paint = { category: new Uint16Array(0), palette: [] };
  private shown: readonly number[] | null = null;
  private chosen: readonly number[] | null = null;
  private count = 0;
  private waiting = 0;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly gl: WebGL2RenderingContext,
  ) {
    this.drawing = prepare(gl);
    canvas.addEventListener("webglcontextlost", this.onLost);
    canvas.addEventListener("webglcontextrestored", this.onRestored);
  }

  draw(x: Float32Array, y: Float32Array, paint: Paint): void {
    const moved = x !== this.x || y !== this.y;
    [this.x, this.y, this.paint] = [x, y, paint];
    if (moved) this.upload();
    this.colour();
  }

  show(points: readonly number[] | null): void {
    this.shown = points;
    this.colour();
  }

  select(points: readonly number[] | null): void {
    this.chosen = points;
    this.colour();
  }

  look(frame: Frame): void {
    this.frame = frame;
    this.soon();
  }

  resize(size: Size): void {
    this.size = size;
    this.canvas.width = Math.round(size.width * devicePixelRatio);
    this.canvas.height = Math.round(size.height * devicePixelRatio);
    this.soon();
  }

  close(): void {
    cancelAnimationFrame(this.waiting);
    this.canvas.removeEventListener("webglcontextlost", this.onLost);
    this.canvas.removeEventListener("webglcontextrestored", this.onRestored);
    const { gl } = this;
    for (const buffer of [this.drawing.x, this.drawing.y, this.drawing.colour, this.drawing.order]) {
      gl.deleteBuffer(buffer);
    }
  }

  private readonly onLost = (event: Event) => event.preventDefault();
  private readonly onRestored = () => {
    this.drawing = prepare(this.gl);
    this.upload();
    this.colour();
  };

  private upload(): void {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.drawing.x);
    gl.bufferData(gl.ARRAY_BUFFER, this.x, gl.STATIC_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.drawing.y);
    gl.bufferData(gl.ARRAY_BUFFER, this.y, gl.STATIC_DRAW);
  }

  /** Gives each point its colour, and the order in which they cover each other. */
  private colour(): void {
    const { gl, paint } = this;
    const total = this.x.length;
    const opacity = Math.round(255 * pointOpacity(total));
    const shades = paint.palette.map(bytesOf);
    const front = this.chosen && new Set(this.chosen);
    const colours = new Uint8Array(4 * total);
    for (let i = 0; i < total; i++) {
      colours.set(shades[paint.category[i] ?? 0] ?? [], 4 * i);
      colours[4 * i + 3] = front?.has(i) === false ? opacity * FAINT : opacity;
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, this.drawing.colour);
    gl.bufferData(gl.ARRAY_BUFFER, colours, gl.DYNAMIC_DRAW);
    const order = drawingOrder(paint.category, this.shown, front);
    this.count = order.length;
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, order, gl.DYNAMIC_DRAW);
    this.soon();
  }

  private soon(): void {
    cancelAnimationFrame(this.waiting);
    this.waiting = requestAnimationFrame(() => this.render());
  }

  private render(): void {
    const { gl, frame, size, drawing } = this;
    const px = pointPx(this.x.length, frame, size) * devicePixelRatio;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform2f(drawing.uniform("scale"), (2 * frame.scale) / size.width, (2 * frame.scale) / size.height);
    gl.uniform2f(drawing.uniform("shift"), (2 * frame.dx) / size.width - 1, 1 - (2 * frame.dy) / size.height);
    gl.uniform1f(drawing.uniform("size"), px);
    if (this.count > 0) gl.drawElements(gl.POINTS, this.count, gl.UNSIGNED_INT, 0);
  }
}

/** A plane on the canvas by WebGL 2; null where the browser has none. */
export function glPlane(canvas: HTMLCanvasElement): Plane | null {
  const gl = canvas.getContext("webgl2", { alpha: true, antialias: false, depth: false });
  if (!gl) return null;
  try {
    return new GlPlane(canvas, gl);
  } catch {
    return null;
  }
}
