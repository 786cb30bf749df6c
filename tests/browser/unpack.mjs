// Unpack Chromium, the libraries it needs and a font into the folder that TMPDIR names.
//
// The package unpacks into the directory for temporary files, and its font list looks there only.
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflate } from "@sparticuz/chromium";

const packed = new URL("../bin/", import.meta.resolve("@sparticuz/chromium"));
const folder = tmpdir();
await Promise.all(
  ["chromium.br", "al2023.tar.br", "fonts.tar.br"].map((name) =>
    inflate(fileURLToPath(new URL(name, packed))),
  ),
);
await writeFile(
  join(folder, "fonts", "fonts.conf"),
  `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, "fonts")}</dir>
  <cachedir>${join(folder, "font-cache")}</cachedir>
</fontconfig>
`,
);
