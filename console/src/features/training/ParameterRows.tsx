// Run parameters: rows of name and value that become --name=value.
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Form, Input } from "antd";
import { useTranslation } from "@/lib/i18n";

const namePattern = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;

export function ParameterRows() {
  const { t } = useTranslation("training");
  return (
    <Form.List name="parameters">
      {(rows, { add, remove }) => (
        <Flex vertical gap={8} align="flex-start">
          {rows.map(({ key, name }, index) => (
            <Flex key={key} gap={8} style={{ width: "100%" }} align="flex-start">
              <Form.Item
                name={[name, "label"]}
                rules={[{ required: true, pattern: namePattern, message: t("parameterRule") }]}
                style={{ flex: 2, margin: 0 }}
              >
                <Input aria-label={`${t("parameterName")} ${index + 1}`} placeholder={t("parameterName")} spellCheck={false} />
              </Form.Item>
              <span style={{ lineHeight: "32px" }} aria-hidden>
                =
              </span>
              <Form.Item name={[name, "value"]} style={{ flex: 3, margin: 0 }}>
                <Input
                  aria-label={`${t("parameterValue")} ${index + 1}`}
                  placeholder={t("parameterValue")}
                  maxLength={4096}
                  spellCheck={false}
                />
              </Form.Item>
              <Button
                type="text"
                icon={<DeleteOutlined />}
                aria-label={`${t("removeParameter")} ${index + 1}`}
                title={t("removeParameter")}
                onClick={() => remove(name)}
              />
            </Flex>
          ))}
          <Button icon={<PlusOutlined />} disabled={rows.length >= 200} onClick={() => add({})}>
            {t("addParameter")}
          </Button>
        </Flex>
      )}
    </Form.List>
  );
}
