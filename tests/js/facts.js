// The numbers that facts.py wrote down.

import { readFileSync } from "node:fs";
import { join } from "node:path";

const read = (name) => readFileSync(join(process.env.FACTS, name));

export const facts = JSON.parse(read("facts.json").toString());
export const bytesOf = (name) => new Uint8Array(read(name));
