// Bundle a script that stands here (sigma.js, or the second argument) with what it needs into the file named by
// the first argument, licences included.
import { readFileSync } from "node:fs";
import { build } from "esbuild";

const here = new URL(".", import.meta.url).pathname;
const packages = ["sigma", "graphology", "graphology-utils", "events"];
const licences = packages.map((name) => {
  const file = ["LICENSE.txt", "LICENSE"].find((candidate) => {
    try { return readFileSync(`${here}node_modules/${name}/${candidate}`); } catch { return false; }
  });
  const { version, license, author } = JSON.parse(readFileSync(`${here}node_modules/${name}/package.json`));
  const text = file ? readFileSync(`${here}node_modules/${name}/${file}`, "utf8") : `${license}, ${author?.name ?? author ?? ""}`;
  return `${name} ${version}\n${text.trim()}`;
});
await build({
  absWorkingDir: here,
  entryPoints: [process.argv[3] ?? "sigma.js"],
  outfile: process.argv[2],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  charset: "utf8",
  legalComments: "none",
  banner: { js: `/*!\n${licences.join("\n\n").replaceAll("*/", "* /")}\n*/` },
});
