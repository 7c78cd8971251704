import { IsNotEmpty, IsString } from "class-validator";

export class MessageDto {
  @IsString()
  @IsNotEmpty()
  room!: string;

  @IsString()
  text!: string;
}
