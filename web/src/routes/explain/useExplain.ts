import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { ExplainWish } from "@/api/types";
import { fitting, keepOpacity, keptOpacity, plain } from "./wish";

/** Layers, methods and classes of a model; null asks for none. */
export const useLayers = (model: string | null) =>
  useQuery({
    queryKey: keys.layers(model ?? ""),
    queryFn: () => api.layers(model ?? ""),
    enabled: model !== null,
    staleTime: Infinity,
    retry: false,
  });

/** What is asked of a model's explanations, and how strong they are drawn. */
export function useWish(model: string | null) {
  const layers = useLayers(model);
  const [wish, setWish] = useState<ExplainWish>(plain);
  const [opacity, setOpacity] = useState(keptOpacity);
  return {
    layers,
    wish: fitting(wish, layers.data),
    setWish,
    opacity,
    setOpacity: (value: number) => {
      setOpacity(value);
      keepOpacity(value);
    },
  };
}

/** Why a model answers as it does about an image of a project. */
export const useExplained = (model: string | null, image: number | undefined, wish: ExplainWish) =>
  useQuery({
    queryKey: keys.explanation(model, image, wish.method, wish.layer, wish.class),
    queryFn: ({ signal }) => api.explainImage(model ?? "", image ?? 0, wish, signal),
    enabled: model !== null && image !== undefined,
    staleTime: Infinity,
    retry: false,
  });
