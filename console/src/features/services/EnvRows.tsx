// Environment variables of one model's instances.
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Form, Input } from "antd";
import { useTranslation } from "@/lib/i18n";

export function EnvRows({ share }: { share: number }) {
  const { t } = useTranslation("services");
  return (
    <Form.List name={[share, "envs"]}>
      {(rows, { add, remove }) => (
        <Flex vertical gap={8} align="flex-start">
          {rows.map(({ key, name }, index) => (
            <Flex key={key} gap={8} style={{ width: "100%" }} align="flex-start">
              <Form.Item
                name={[name, "name"]}
                rules={[{ required: true, pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, message: t("envRule") }]}
                style={{ flex: 2, margin: 0 }}
              >
                <Input aria-label={`${t("envName")} ${index + 1}`} placeholder={t("envName")} spellCheck={false} />
              </Form.Item>
              <span style={{ lineHeight: "32px" }} aria-hidden>
                =
              </span>
              <Form.Item name={[name, "value"]} style={{ flex: 3, margin: 0 }}>
                <Input
                  aria-label={`${t("envValue")} ${index + 1}`}
                  placeholder={t("envValue")}
                  maxLength={4096}
                  spellCheck={false}
                />
              </Form.Item>
              <Button
                type="text"
                icon={<DeleteOutlined />}
                aria-label={`${t("removeEnv")} ${index + 1}`}
                title={t("removeEnv")}
                onClick={() => remove(name)}
              />
            </Flex>
          ))}
          <Button icon={<PlusOutlined />} onClick={() => add({})}>
            {t("addEnv")}
          </Button>
        </Flex>
      )}
    </Form.List>
  );
}
