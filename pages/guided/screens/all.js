// The screens of the lesson by name: each builds itself in the place that it is given.

import { cover, draw, fog, mix } from "./covering.js";
import { back, one, twenty } from "./drawing.js";
import { end } from "./end.js";
import { question } from "./question.js";
import { be, train } from "./training.js";
import { hole } from "./using.js";

export const screens = {
  fog, draw, cover, mix, be, train, one, twenty, back, hole, end,
  "core-training": question, "core-steps": question, "core-goal": question,
};
