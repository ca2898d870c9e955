package training;

import static java.lang.constant.ConstantDescs.CD_CallSite;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Path;

/**
 * Writes {@code iosock.Priming}, with which the image is trained: it runs {@code iosock.Training}
 * after a concatenation of strings. The VM that writes the class-data archive runs no program, but
 * it links the concatenations that were recorded. One constant of this one is dynamic, and made by
 * {@code iosock.DowncallForms}, which so runs in that VM. No compiler makes such a constant.
 */
final class PrimingClass {

  private static final ClassDesc NAME = ClassDesc.of("iosock", "Priming");
  private static final ClassDesc TRAINING = ClassDesc.of("iosock", "Training");

  private static final DynamicConstantDesc<String> FORMS =
      DynamicConstantDesc.ofNamed(
          ConstantDescs.ofConstantBootstrap(
              ClassDesc.of("iosock", "DowncallForms"), "make", CD_String),
          "forms",
          CD_String);

  /** Its recipe is one argument, then one constant. */
  private static final DynamicCallSiteDesc CONCATENATION =
      DynamicCallSiteDesc.of(
          ConstantDescs.ofCallsiteBootstrap(
              ClassDesc.of("java.lang.invoke", "StringConcatFactory"),
              "makeConcatWithConstants",
              CD_CallSite,
              CD_String,
              CD_Object.arrayType()),
          "makeConcatWithConstants",
          MethodTypeDesc.of(CD_String, CD_int),
          "\1\2",
          FORMS);

  private PrimingClass() {}

  /**
   * @param arguments the directory of classes to write to
   */
  public static void main(String[] arguments) throws IOException {
    MethodTypeDesc main = MethodTypeDesc.of(CD_void, CD_String.arrayType());
    ClassFile.of()
        .buildTo(
            Path.of(arguments[0], "iosock", "Priming.class"),
            NAME,
            priming ->
                priming.withMethodBody(
                    "main",
                    main,
                    ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC,
                    code ->
                        code.iconst_0()
                            .invokedynamic(CONCATENATION)
                            .pop()
                            .aload(0)
                            .invokestatic(TRAINING, "main", main)
                            .return_()));
  }
}
