// node embed.mjs DIST FOLDER: writes FOLDER/contents.S, which holds every file of DIST, whole and compressed, and
// FOLDER/assets.cpp with the table of them. Compression happens here, once, as strongly as it can be.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};
const [dist, folder] = process.argv.slice(2);
const packed = join(folder, "packed");
mkdirSync(packed, { recursive: true });

const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .sort();

let assembly = '    .section .rodata,"a",@progbits\n';
function symbol(name, content) {
  const file = join(packed, name);
  writeFileSync(file, content);
  assembly += `    .globl ${name}\n    .globl ${name}_end\n${name}:\n    .incbin "${file}"\n${name}_end:\n`;
  return name;
}

const declarations = [];
function view(name, content) {
  declarations.push(`extern const char ${symbol(name, content)}[];`, `extern const char ${name}_end[];`);
  return `between(${name}, ${name}_end)`;
}

const rows = files.map((file, index) => {
  const content = readFileSync(file);
  const type = types[extname(file)];
  if (type === undefined) throw new Error(`${file}: of no known type`);
  const gzip = gzipSync(content, { level: 9 });
  const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } });
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 16);
  const pays = (coded) => coded.length < content.length * 0.9;
  return `      {"${basename(file)}", "${type}", ${view(`gatehouse_web_${index}`, content)},
       ${pays(gzip) ? view(`gatehouse_web_${index}_gz`, gzip) : "{}"}, ${pays(brotli) ? view(`gatehouse_web_${index}_br`, brotli) : "{}"},
       "${digest}"},\n`;
});

writeFileSync(join(folder, "contents.S"), assembly + '    .section .note.GNU-stack,"",@progbits\n');
writeFileSync(
  join(folder, "assets.cpp"),
  `#include "web/assets.hpp"

extern "C" {
${declarations.join("\n")}
}

namespace gatehouse::web {
namespace {

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

}  // namespace

std::span<const Asset> built_assets() {
  static const Asset kAssets[] = {
${rows.join("")}  };
  return kAssets;
}

}  // namespace gatehouse::web
`,
);
