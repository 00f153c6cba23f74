import { expect, it } from "vitest";
import type { QuickOffer } from "@/api/types";
import { estimate, suits } from "./time";

const network = {
  name: "small_cnn",
  description: "",
  parameters_m: 0.3,
  image_px: 32,
  min_px: 8,
  weights: null,
  epochs: 10,
  epoch_s: 2,
  image_s: 0.001,
  measured: false,
};
const offer: QuickOffer = {
  task: "single",
  network: "small_cnn",
  batch_size: 32,
  labelled: 60,
  training: 50,
  images: 1000,
  networks: [network],
};

it("grows with epochs and with the area of the pictures", () => {
  const choice = suits(offer, network);
  expect(estimate(offer, network, choice)).toEqual({ train: 20, predict: 1 });
  expect(estimate(offer, network, { ...choice, epochs: 20, image_px: 64 })).toEqual({ train: 160, predict: 4 });
});
