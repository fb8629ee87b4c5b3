// Every key of the data page, on one sheet.
import { Flex, Modal, Typography } from "antd";
import { useTranslation } from "@/lib/i18n";
import { Key } from "./Key";

const groups = [
  {
    title: "select",
    keys: [
      ["arrows", "← ↑ ↓ →"],
      ["extend", "Shift + ←→"],
      ["toggle", "X"],
      ["selectLoaded", "Ctrl + A"],
      ["clear", "Esc"],
      ["lasso", ""],
      ["range", ""],
    ],
  },
  {
    title: "label",
    keys: [
      ["label", "1 … 9 0"],
      ["hard", "H"],
      ["next", "N"],
      ["undo", "Ctrl + Z"],
      ["redo", "Ctrl + Shift + Z"],
      ["delete", "Delete"],
    ],
  },
  {
    title: "view",
    keys: [
      ["open", "Enter"],
      ["size", "+ −"],
      ["search", "/"],
      ["help", "?"],
    ],
  },
] as const;

export function KeysDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation("datasets");
  return (
    <Modal title={t("keys.title")} open={open} onCancel={onClose} footer={null} width={720} destroyOnHidden>
      <Flex gap="16px 32px" wrap>
        {groups.map(({ title, keys }) => (
          <section key={title} style={{ flex: "1 1 280px" }}>
            <Typography.Title level={2} style={{ fontSize: 14, margin: "4px 0 8px" }}>
              {t(`keys.group.${title}`)}
            </Typography.Title>
            {keys.map(([name, key]) => (
              <Flex key={name} justify="space-between" align="center" gap={12} style={{ padding: "3px 0" }}>
                <span>{t(`keys.${name}`)}</span>
                <span style={{ whiteSpace: "nowrap" }}>
                  {key !== "" && key.split(" + ").map((part) => <span key={part}> <Key>{part}</Key></span>)}
                </span>
              </Flex>
            ))}
          </section>
        ))}
      </Flex>
    </Modal>
  );
}
