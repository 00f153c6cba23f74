import { FilterX, ImagePlus, Images } from "lucide-react";
import { Button } from "@/ui/Button";
import { Empty } from "@/ui/States";

interface NoPicturesProps {
  about: number;
  filtered: boolean;
  note: string;
  onAdd: () => void;
  onAll: () => void;
}

/** A view without a picture: why, and what to do. */
export function NoPictures({ about, filtered, note, onAdd, onAll }: NoPicturesProps) {
  if (about === 0) {
    return (
      <Empty
        icon={<ImagePlus size={32} aria-hidden />}
        title="No pictures yet"
        action={
          <Button look="primary" onClick={onAdd}>
            <ImagePlus size={16} aria-hidden /> Add pictures
          </Button>
        }
      >
        Name a folder on this machine, or drop pictures from the browser.
      </Empty>
    );
  }
  return (
    <Empty
      icon={filtered ? <FilterX size={32} aria-hidden /> : <Images size={32} aria-hidden />}
      title={filtered ? "No picture passes these filters" : "Nothing is left in this queue"}
      action={<Button onClick={onAll}>Show all pictures</Button>}
    >
      {note}
    </Empty>
  );
}
