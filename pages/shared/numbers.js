// Numbers as readers like them.

// With the sign that typographers use below zero.
export function minus(text) { return text.replace("-", "−"); }

// A small number in powers of ten: "3.1 × 10⁻⁴".
export function powerOfTen(value) {
  const [digits, power] = value.toExponential(1).split("e-");
  return `${digits} × 10⁻${[...power].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("")}`;
}

// A ratio from nothing to infinity, in three digits.
export function ratioInWords(ratio) {
  if (!isFinite(ratio)) return "∞";
  if (ratio === 0) return "0";
  if (ratio >= 100) return Math.round(ratio).toLocaleString("en");
  return ratio >= 0.01 ? ratio.toPrecision(3) : powerOfTen(ratio);
}

// Three digits that mean something, whatever the size of what is not negative.
export function threeDigits(value) {
  if (value === null || !isFinite(value)) return "not a number";
  if (value >= 1000) return Math.round(value).toLocaleString("en");
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  if (value >= 1) return value.toFixed(2);
  if (value >= 0.01) return value.toFixed(3);
  return value === 0 ? "0" : powerOfTen(value);
}

// In few characters: 0.52, 17, 3.1e+9.
export function briefly(value) {
  if (!Number.isFinite(value)) return "not a number";
  return value >= 1e4 ? value.toExponential(1) : value >= 10 ? value.toFixed(0) : value.toFixed(2);
}

export function percent(share) { return `${Math.round(100 * share)} %`; }
