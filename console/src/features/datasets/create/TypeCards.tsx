// The choice of labelling scene and type. Two radio groups, so that the arrow keys work; a scene of one type needs no
// second choice.
import { Flex, Radio, Segmented, theme, Typography } from "antd";
import { useTranslation } from "@/lib/i18n";
import { SceneIcon, TypeIcon } from "../typeIcon";
import { scenes, typeOf, typesOf, type Scene } from "../types";

interface TypeCardsProps {
  value: number;
  onChange: (number: number) => void;
}

export function TypeCards({ value, onChange }: TypeCardsProps) {
  const { t } = useTranslation("datasetTypes");
  const { token } = theme.useToken();
  const { scene } = typeOf(value);
  const offered = typesOf(scene);
  return (
    <Flex vertical gap={12} align="flex-start">
      <Segmented<Scene>
        value={scene}
        aria-label={t("create.scene")}
        name="scene"
        options={scenes.map((each) => ({ value: each, label: t(`scene.${each}`), icon: <SceneIcon scene={each} /> }))}
        onChange={(chosen) => onChange(typesOf(chosen)[0]?.number ?? value)}
      />
      <Radio.Group
        aria-label={t("create.type")}
        value={value}
        onChange={(event) => onChange(event.target.value as number)}
        style={{ display: "grid", gridTemplateColumns: "repeat(auto-fill, minmax(228px, 1fr))", gap: 10, width: "100%" }}
      >
        {offered.map(({ number, key }) => (
          <Radio
            key={number}
            value={number}
            style={{
              margin: 0,
              padding: "10px 14px",
              alignItems: "flex-start",
              border: `1px solid ${number === value ? token.colorPrimary : token.colorBorder}`,
              borderRadius: token.borderRadius,
              background: number === value ? token.controlItemBgActive : undefined,
            }}
          >
            <Flex gap={10}>
              <span style={{ fontSize: 20, lineHeight: "24px", color: token.colorPrimary }} aria-hidden>
                <TypeIcon type={key} />
              </span>
              <span>
                <Typography.Text strong style={{ display: "block" }}>
                  {t(`name.${key}`)}
                </Typography.Text>
                <span style={{ color: token.colorTextSecondary, fontSize: 13 }}>{t(`hint.${key}`)}</span>
              </span>
            </Flex>
          </Radio>
        ))}
      </Radio.Group>
    </Flex>
  );
}
