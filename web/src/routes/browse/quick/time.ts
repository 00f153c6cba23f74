import type { QuickOffer } from "@/api/types";

type Network = QuickOffer["networks"][number];

export interface Choice {
  readonly network: string;
  readonly epochs: number;
  readonly batch_size: number;
  readonly image_px: number;
  readonly augmentation: boolean;
}

/** Seconds for the training and for predicting all pictures, about: work grows with the picture's area. */
export function estimate(offer: QuickOffer, network: Network, choice: Choice): { train: number; predict: number } {
  const area = (choice.image_px / network.image_px) ** 2;
  return { train: choice.epochs * network.epoch_s * area, predict: offer.images * network.image_s * area };
}

/** What suits a network. */
export const suits = (offer: QuickOffer, network: Network): Choice => ({
  network: network.name,
  epochs: network.epochs,
  batch_size: offer.batch_size,
  image_px: network.image_px,
  augmentation: true,
});
