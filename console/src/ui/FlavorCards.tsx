// The choice of a flavor: one card each, with what it gives. A radio group, so that the arrow keys work.
import { Flex, Radio, theme, Typography } from "antd";
import { useTranslation } from "@/lib/i18n";

export interface FlavorChoice<Key extends string | number> {
  key: Key;
  name: string;
  cpu: string;
  /** GiB. */
  memory: string;
  gpu?: string;
  /** The machine is too small for it. */
  tooLarge?: boolean;
}

export interface FlavorCardsProps<Key extends string | number> {
  value?: Key;
  onChange?: (value: Key) => void;
  id?: string;
  label: string;
  flavors: FlavorChoice<Key>[];
}

export function FlavorCards<Key extends string | number>({ value, onChange, id, label, flavors }: FlavorCardsProps<Key>) {
  const { t } = useTranslation("parts");
  const { token } = theme.useToken();
  return (
    <Radio.Group
      id={id}
      aria-label={label}
      value={value}
      onChange={(event) => onChange?.(event.target.value as Key)}
      style={{ display: "flex", flexWrap: "wrap", gap: 10 }}
    >
      {flavors.map((flavor) => (
        <Radio
          key={flavor.key}
          value={flavor.key}
          disabled={flavor.tooLarge}
          style={{
            margin: 0,
            padding: "8px 14px",
            width: 236,
            alignItems: "flex-start",
            border: `1px solid ${flavor.key === value ? token.colorPrimary : token.colorBorder}`,
            borderRadius: token.borderRadius,
            background: flavor.key === value ? token.controlItemBgActive : undefined,
          }}
        >
          <Flex vertical>
            <Typography.Text strong disabled={flavor.tooLarge}>
              {t("flavor.size", { cpu: flavor.cpu, memory: flavor.memory })}
            </Typography.Text>
            {flavor.gpu && <span>{flavor.gpu}</span>}
            <span style={{ color: token.colorTextSecondary, fontSize: 12 }}>{flavor.name}</span>
            {flavor.tooLarge && <span style={{ fontSize: 12 }}>{t("flavor.tooLarge")}</span>}
          </Flex>
        </Radio>
      ))}
    </Radio.Group>
  );
}
