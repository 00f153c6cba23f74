import { Command as Cmdk } from "cmdk";
import { Dialog } from "radix-ui";
import { Kbd } from "@/ui/Button";
import { useAllCommands } from "./commands";
import "./palette.css";

/** Every action by its name. */
export function Palette({ onClose }: { onClose: () => void }) {
  const commands = useAllCommands();
  const sections = [...new Set(commands.map((command) => command.section))];
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <Dialog.Content className="palette" aria-describedby={undefined}>
          <Dialog.Title className="hidden-but-read">Actions</Dialog.Title>
          <Cmdk label="Actions" loop>
            <Cmdk.Input className="palette-input" placeholder="What do you want to do?" autoFocus />
            <Cmdk.List className="palette-list" label="Actions">
              <Cmdk.Empty className="palette-empty">Nothing is called that.</Cmdk.Empty>
              {sections.map((section) => (
                <Cmdk.Group key={section} heading={section}>
                  {commands
                    .filter((command) => command.section === section)
                    .map((command) => (
                      <Cmdk.Item
                        key={command.id}
                        value={`${section} ${command.title}`}
                        onSelect={() => {
                          onClose();
                          command.run();
                        }}
                      >
                        <span className="grow">{command.title}</span>
                        {command.keys?.split(" ").map((key) => (
                          <Kbd key={key}>{key}</Kbd>
                        ))}
                      </Cmdk.Item>
                    ))}
                </Cmdk.Group>
              ))}
            </Cmdk.List>
          </Cmdk>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
