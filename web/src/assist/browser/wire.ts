/** What the page and its decoder say to each other. */
import type { DecoderInfo } from "@/api/types";
import type { Box, Rle } from "@/editor/types";

export interface Work {
  readonly id: number;
  readonly plan: DecoderInfo;
  /** Where the decoder's file is. */
  readonly decoder: string;
  /** Names the encoding. */
  readonly key: string;
  /** Where it is. */
  readonly encoding: string;
  /** Null: only be ready for such a question. */
  readonly asked: Asked | null;
}

export interface Asked {
  /** What is being drawn: of questions that wait only its newest is answered. */
  readonly object: string;
  readonly points: readonly (readonly [number, number, number])[];
  readonly box: readonly number[] | null;
  readonly maskRef: string | null;
  readonly several: boolean;
  readonly wantsMask: boolean;
}

export interface LocalCandidate {
  readonly box: Box;
  readonly rle: Rle | null;
  readonly score: number;
  readonly maskRef: string;
}

export interface Done {
  readonly id: number;
  /** Null: something newer was asked, or nothing was. */
  readonly candidates: readonly LocalCandidate[] | null;
  /** What the decoder took. */
  readonly ms: number;
  readonly error: string | null;
}

/** Begins the names of answers that are kept here and not by the server. */
export const HERE = "here:";
