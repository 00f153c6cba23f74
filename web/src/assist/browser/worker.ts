/** The decoder in a thread of its own, on onnxruntime's WebAssembly, so that the page stays quick meanwhile. */
import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import type { NamedArray } from "./arrays";
import { Decoder, type Run } from "./decoder";
import type { Work } from "./wire";

// More threads need headers that would keep other things out of the page.
env.wasm.numThreads = 1;
env.logLevel = "error";

function tensor({ data, dims }: NamedArray): Tensor {
  if (data instanceof BigInt64Array) return new Tensor("int64", data, dims);
  return data instanceof Int32Array ? new Tensor("int32", data, dims) : new Tensor("float32", data, dims);
}

async function open(file: ArrayBuffer): Promise<Run> {
  const session = await InferenceSession.create(file, { executionProviders: ["wasm"] });
  return async (feeds) => {
    const given = Object.fromEntries([...feeds].map(([name, array]) => [name, tensor(array)]));
    const found = await session.run(given);
    return new Map(
      Object.entries(found).map(([name, { dims, data }]) => [name, { dims, data: data as NamedArray["data"] }]),
    );
  };
}

const port = self as unknown as Pick<Worker, "postMessage" | "addEventListener">;
const decoder = new Decoder({
  open,
  now: () => performance.now(),
  fetch: async (url) => {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`the server answered ${answer.status} for ${url}`);
    return answer.arrayBuffer();
  },
});
port.addEventListener("message", ({ data }: MessageEvent<Work>) => {
  void decoder.take(data).then((done) => port.postMessage(done));
});
