/** Reads what a program or library on Linux is built for, from its ELF header. */
import { closeSync, openSync, readSync } from 'node:fs';

/** What an ELF file says about itself. */
export interface ElfFile {
  /** The processor as `process.arch` names it; `machine N` if this table lacks it. */
  readonly arch: string;
  /** The path of the loader that a program asks for (PT_INTERP); undefined for a library. */
  readonly interpreter: string | undefined;
}

/** Bytes that are read of a file: the headers of programs and libraries are at its begin. */
const READ = 4096;

const MAGIC = '\x7fELF';
const CLASS_AT = 4;
const CLASS_64 = 2;
const ORDER_AT = 5;
const LITTLE_ENDIAN = 1;
const MACHINE_AT = 18;
const PT_INTERP = 3;

/** Processors by their number in ELF (elf(5), e_machine). */
const MACHINES: ReadonlyMap<number, string> = new Map([
  [3, 'ia32'],
  [8, 'mips'],
  [21, 'ppc64'],
  [22, 's390x'],
  [40, 'arm'],
  [62, 'x64'],
  [183, 'arm64'],
  [243, 'riscv64'],
  [258, 'loong64'],
]);

/** Where a header's fields are: in 64-bit files, and in 32-bit ones. */
const FIELDS_64 = { tableAt: 32, entrySizeAt: 54, entriesAt: 56, offsetAt: 8, sizeAt: 32 };
const FIELDS_32 = { tableAt: 28, entrySizeAt: 42, entriesAt: 44, offsetAt: 4, sizeAt: 16 };

/**
 * Reads an ELF file's headers (elf(5)). Returns undefined if it is no ELF file or its headers are cut.
 * Throws the system's error if the file cannot be read.
 */
export function readElf(file: string): ElfFile | undefined {
  const bytes = Buffer.alloc(READ);
  const descriptor = openSync(file, 'r');
  let length: number;
  try {
    length = readSync(descriptor, bytes, 0, READ, 0);
  } finally {
    closeSync(descriptor);
  }
  try {
    return parse(bytes.subarray(0, length));
  } catch (error) {
    if (error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}

/** Reads the headers. Throws RangeError if they are cut. */
function parse(bytes: Buffer): ElfFile | undefined {
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    return undefined;
  }
  const isLittle = bytes[ORDER_AT] === LITTLE_ENDIAN;
  const is64 = bytes[CLASS_AT] === CLASS_64;
  const short = (at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const int = (at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const long = (at: number) =>
    Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  const address = is64 ? long : int;
  const fields = is64 ? FIELDS_64 : FIELDS_32;
  const machine = short(MACHINE_AT);
  const arch = MACHINES.get(machine) ?? `machine ${machine}`;
  const table = address(fields.tableAt);
  const size = short(fields.entrySizeAt);
  for (let n = 0; n < short(fields.entriesAt); n += 1) {
    const entry = table + n * size;
    if (int(entry) === PT_INTERP) {
      const start = address(entry + fields.offsetAt);
      const text = bytes.toString('latin1', start, start + address(entry + fields.sizeAt));
      return { arch, interpreter: text.replace(/\0.*$/s, '') };
    }
  }
  return { arch, interpreter: undefined };
}
