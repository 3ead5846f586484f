/** Something that must never be, whatever fails. */
export class Complaint extends Error {
  override readonly name = "Complaint";
}
