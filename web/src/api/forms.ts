import { answered, client, take } from "./client";
import { isAbort, refusal, unreachable } from "./http";
import type * as t from "./types";

/** A figure with its 95 % interval. */
export interface WorthFigure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What the job `evaluate-model` comes to. */
export interface Worth {
  readonly model: { readonly id: string; readonly name: string; readonly classes: readonly string[] };
  readonly on: { readonly folder: string | null; readonly project: string | null; readonly split: string | null };
  readonly images: number;
  readonly multi: boolean;
  readonly figures: Readonly<Record<string, WorthFigure>>;
  readonly calibration: { readonly ece: number };
  readonly per_class: readonly {
    readonly name: string;
    readonly support: number;
    readonly precision: number | null;
    readonly recall: number | null;
    readonly f1: number | null;
  }[];
  readonly confusion: readonly (readonly number[])[] | null;
  readonly mistakes: readonly {
    readonly path: string;
    readonly image_id: number | null;
    readonly label: string;
    readonly said: string;
    readonly probability: number;
  }[];
  readonly unreadable: { readonly count: number };
  readonly against: {
    readonly name: string;
    readonly accuracy: readonly [number, number];
    readonly difference: WorthFigure;
    readonly p: number;
    readonly better: 0 | 1 | null;
    readonly agreement: number;
  } | null;
  readonly notes: readonly string[];
}

/** A form of a model, measured; `error` says why it could not be. */
export interface SpeedRow {
  readonly id: string;
  readonly name: string;
  readonly format: string;
  readonly precision: string;
  readonly forced: boolean;
  readonly bytes: number;
  readonly error: { readonly message: string; readonly hint: string } | null;
  readonly cold_ms?: number;
  readonly memory_bytes?: number;
  readonly latency?: readonly {
    readonly threads: number;
    readonly p50_ms: number;
    readonly p95_ms: number;
    readonly cpu_ms: number;
  }[];
  readonly throughput?: { readonly clients: number; readonly per_s: number };
}

/** What the job `bench-model` comes to. */
export interface Speed {
  readonly model: string;
  readonly threads: number;
  readonly input_px: number;
  readonly prepare_ms: number;
  readonly forms: readonly SpeedRow[];
}

export interface JudgeWish {
  readonly folder?: string | null;
  readonly project?: string | null;
  readonly split?: t.Split | null;
  readonly against?: string | null;
}

const by = (ref: string) => ({ params: { path: { ref } } });

/** Models in use: judged, measured, packed. */
export const forms = {
  judge: (ref: string, wish: JudgeWish) => take(client.POST("/api/models/{ref}/evaluate", { ...by(ref), body: wish })),
  measure: (ref: string) =>
    take(client.POST("/api/models/{ref}/bench", { ...by(ref), body: { seconds: 1, alone: false } })),
  packageUrl: (ref: string) => `/api/models/${encodeURIComponent(ref)}/package`,
  /** The locked package; nothing of the key is kept. */
  locked: async (ref: string, key: { passphrase?: string; recipients?: readonly string[] }): Promise<Blob> => {
    try {
      const response = await fetch(forms.packageUrl(ref), {
        method: "POST",
        body: JSON.stringify(key),
        headers: { "content-type": "application/json" },
        credentials: "same-origin",
      });
      if (!response.ok) throw refusal(response.status, (await answered(response)).error);
      return await response.blob();
    } catch (error) {
      if (error instanceof TypeError && !isAbort(error)) throw unreachable();
      throw error;
    }
  },
  /** Adds the model of a package; `key` opens one that is locked. */
  takePackage: (file: File, said: { name: string; key: string }): Promise<t.Model> => {
    const body = new FormData();
    body.append("files", file, file.name);
    for (const [name, value] of Object.entries(said)) if (value) body.append(name, value);
    return take<t.Model>(
      fetch("/api/models/package", { method: "POST", body, credentials: "same-origin" }).then(answered<t.Model>),
    );
  },
};
