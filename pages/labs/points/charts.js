// The two charts of a training: the loss over its steps, and the loss by noise level.

import { across, label, through } from "../../shared/axes.js";
import { make, setText } from "../../shared/dom.js";
import { briefly } from "../../shared/numbers.js";

const WIDE = 300, CURVE = 96, BARS = 104;

export class LossCurve {
  constructor() {
    this.line = make("path.loss-line");
    this.marker = make("line.marker", { y1: 4, y2: CURVE - 16 });
    this.top = label(2, 13, "");
    this.end = label(WIDE - 2, CURVE - 2, "", "end");
    this.element = make("svg.chart", { viewBox: `0 0 ${WIDE} ${CURVE}`, role: "img", "aria-label": "The loss over the steps of the training" },
      across(CURVE - 15.5, 0, WIDE),
      this.line, this.marker, this.top, label(2, CURVE - 2, "step 0"), this.end);
    this.known = -1;
  }

  paint(training, index) {
    const shots = training?.snapshots ?? [];
    const steps = training?.head?.steps ?? 1;
    const x = (step) => (WIDE - 8) * (step / steps) + 4;
    if (shots.length !== this.known) {
      this.known = shots.length;
      const seen = shots.filter((shot) => Number.isFinite(shot.loss));
      const most = Math.max(1, ...seen.map((shot) => shot.loss));
      const least = Math.min(1, ...seen.map((shot) => shot.loss));
      // A loss that explodes would press everything else to the floor: then, powers of ten.
      const log = most > 4;
      const low = log ? Math.log10(Math.max(1e-3, least)) : 0.9 * least, high = log ? Math.log10(most) : most;
      const y = (loss) => CURVE - 20 - (CURVE - 30) * (((log ? Math.log10(Math.max(1e-3, loss)) : loss) - low) / Math.max(1e-6, high - low));
      this.line.setAttribute("d", through(seen.map((shot) => [x(shot.step), y(shot.loss)])));
      setText(this.top, seen.length ? `${briefly(most)}${log ? ", in powers of ten" : ""}` : "");
      setText(this.end, training?.head ? `step ${steps}` : "");
    }
    const here = shots[index];
    this.marker.style.visibility = here ? "visible" : "hidden";
    if (here) {
      this.marker.setAttribute("x1", x(here.step));
      this.marker.setAttribute("x2", x(here.step));
    }
  }
}

export class LossByLevel {
  constructor(bins) {
    const step = WIDE / bins, floor = BARS - 18;
    this.floor = floor;
    this.bars = Array.from({ length: bins }, (_, i) =>
      make("rect.level", { x: i * step + 3, width: step - 6, y: 4, height: floor - 4, rx: 2 }));
    this.best = Array.from({ length: bins }, (_, i) => make("line.best", { x1: i * step + 1, x2: (i + 1) * step - 1 }));
    this.element = make("svg.chart", { viewBox: `0 0 ${WIDE} ${BARS}`, role: "img", "aria-label": "The loss by noise level, and the lowest that is possible" },
      across(floor + 0.5, 0, WIDE), ...this.bars, ...this.best,
      label(2, BARS - 2, "t = 0, data"), label(WIDE - 2, BARS - 2, "noise, t = 1", "end"));
  }

  paint(training, snapshot, t) {
    const ideal = training?.ideal, most = 1.6; // the spread of v itself is about 1: more is a bad guess
    const share = (loss) => (Number.isFinite(loss) ? Math.min(1, loss / most) : 1);
    const lit = Math.min(this.bars.length - 1, Math.floor(t * this.bars.length));
    this.bars.forEach((bar, i) => {
      bar.style.transform = `scaleY(${snapshot ? share(snapshot.levels[i]) : 0})`;
      bar.classList.toggle("lit", i === lit);
    });
    this.best.forEach((line, i) => {
      const y = this.floor - (this.floor - 4) * share(ideal?.levels[i] ?? 0);
      line.setAttribute("y1", y);
      line.setAttribute("y2", y);
      line.style.visibility = ideal ? "visible" : "hidden";
    });
  }
}
