/** Makes an ELF file's needs for symbol versions weak (gABI, "Symbol Versioning"). */

/** Offsets in the ELF header. */
const SECTION_TABLE = 0x28;
const SECTION_SIZE = 0x3a;
const SECTION_COUNT = 0x3c;
/** Offsets in a 64-bit section header. */
const Section = { TYPE: 4, OFFSET: 24, LINK: 40, INFO: 44 } as const;
const SHT_GNU_VERNEED = 0x6fff_fffe;
/** Offsets in an Elf64_Verneed. */
const Need = { COUNT: 2, FIRST: 8, NEXT: 12 } as const;
/** Offsets in an Elf64_Vernaux. */
const Wanted = { FLAGS: 4, NAME: 8, NEXT: 12 } as const;
const VER_FLG_WEAK = 2;

/**
 * Returns a copy of a 64-bit little-endian ELF file that needs the named versions only weakly. The
 * loader then continues without these versions, and takes their symbols from any library that has
 * them.
 */
export function withWeakVersions(elf: Uint8Array, names: ReadonlySet<string>): Buffer {
  const file = Buffer.from(elf);
  const offsetOf = (section: number) => Number(file.readBigUInt64LE(section + Section.OFFSET));
  const table = Number(file.readBigUInt64LE(SECTION_TABLE));
  const size = file.readUInt16LE(SECTION_SIZE);
  for (let section = 0; section < file.readUInt16LE(SECTION_COUNT); section++) {
    const header = table + section * size;
    if (file.readUInt32LE(header + Section.TYPE) !== SHT_GNU_VERNEED) {
      continue;
    }
    const texts = offsetOf(table + file.readUInt32LE(header + Section.LINK) * size);
    let need = offsetOf(header);
    for (let left = file.readUInt32LE(header + Section.INFO); left > 0; left--) {
      let wanted = need + file.readUInt32LE(need + Need.FIRST);
      for (let each = file.readUInt16LE(need + Need.COUNT); each > 0; each--) {
        const text = texts + file.readUInt32LE(wanted + Wanted.NAME);
        if (names.has(file.toString('latin1', text, file.indexOf(0, text)))) {
          const flags = file.readUInt16LE(wanted + Wanted.FLAGS) | VER_FLG_WEAK;
          file.writeUInt16LE(flags, wanted + Wanted.FLAGS);
        }
        wanted += file.readUInt32LE(wanted + Wanted.NEXT);
      }
      need += file.readUInt32LE(need + Need.NEXT);
    }
  }
  return file;
}
