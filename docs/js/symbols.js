"use strict";
// A symbol under the pointer, or tapped, lights up wherever else the page uses it, in formulas and in code.

const GREEK = { α: "alpha", β: "beta", γ: "gamma", δ: "delta", ε: "epsilon", ϵ: "epsilon", η: "eta", θ: "theta", λ: "lambda",
  μ: "mu", ρ: "rho", σ: "sigma", τ: "tau", φ: "phi", ϕ: "phi", Φ: "Phi" };

// what a glyph or a word of code is called: italic w, bold w and the name w are one symbol
function symbol(node) {
  const glyph = node?.closest?.("[data-mml-node=mi]")?.querySelectorAll("[data-c]");
  if (glyph?.length === 1) {
    const letter = String.fromCodePoint(parseInt(glyph[0].dataset.c, 16)).normalize("NFKC");
    return GREEK[letter] ?? letter;
  }
  const name = node?.closest?.("pre .n, pre .o + .n")?.textContent;
  return name && (name.length === 1 || Object.values(GREEK).includes(name)) ? name : undefined;
}

let lit;
function light(event) {
  const name = symbol(event.target);
  if (name === lit) return;
  lit = name;
  document.querySelectorAll(".lit").forEach((node) => node.classList.remove("lit"));
  if (name) document.querySelectorAll("article [data-mml-node=mi], article pre .n").forEach((node) =>
    node.classList.toggle("lit", symbol(node) === name));
}
document.addEventListener("pointerover", light);
document.addEventListener("click", light);
